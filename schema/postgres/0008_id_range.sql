-- Ids are leased up to 10^15, as `Identifier.maximumLeased` says: a sequence never leaves that range. One that a foreign
-- record moved out of it goes back behind the greatest id in use.
do $$
declare
    newest bigint;
begin
    if (select last_value from warelog.product_id_blocks) > 999999999999 then
        execute 'select coalesce(max(id), 0) from warelog.product_states where id <= 1000000000000000' into newest;
        perform setval('warelog.product_id_blocks', least(newest / 1000 + 1000, 999999999999));
    end if;
    if (select last_value from warelog.user_id_blocks) > 999999999999 then
        execute 'select coalesce(max(id), 0) from public.users where id <= 1000000000000000' into newest;
        perform setval('warelog.user_id_blocks', least(newest / 1000 + 1000, 999999999999));
    end if;
end
$$;
alter sequence warelog.product_id_blocks maxvalue 999999999999;
alter sequence warelog.user_id_blocks maxvalue 999999999999;

-- Reserves ids that the log has used, as before. An id that is more than 10^9 blocks beyond the sequence was not leased, so
-- it does not move the sequence: gateways would need as many leases to come to it.
create or replace function warelog.reserve_ids(max_product bigint, max_user bigint) returns void language plpgsql as $$
declare
    product_block bigint := (max_product - 1) / 1000;
    user_block bigint := (max_user - 1) / 1000;
begin
    perform pg_advisory_xact_lock('warelog.product_id_blocks'::regclass::bigint)
    from warelog.product_id_blocks p, warelog.user_id_blocks u
    where max_product > 0 and (product_block, true) > (p.last_value, p.is_called)
        or max_user > 0 and (user_block, true) > (u.last_value, u.is_called);
    perform setval('warelog.product_id_blocks', product_block) from warelog.product_id_blocks
    where max_product > 0 and (product_block, true) > (last_value, is_called)
        and product_block <= last_value + 1000000000;
    perform setval('warelog.user_id_blocks', user_block) from warelog.user_id_blocks
    where max_user > 0 and (user_block, true) > (last_value, is_called) and user_block <= last_value + 1000000000;
end
$$;
