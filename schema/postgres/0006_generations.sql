-- Generations of the read model: schemas read_model_3, read_model_4, …, each made from read_model/*.sql. One is live,
-- which the views in public and warelog show; another may be in the making, and the one before waits to be taken back.
-- What there was before is folded anew, into the first of them.

drop schema read_model_2 cascade;

-- 1 and 2 were before there were generations; no number comes twice.
create sequence warelog.generations minvalue 3;

create table warelog.read_models (
    generation integer primary key,
    -- The version of its tables: who does not know it must not write to them.
    definition integer not null,
    -- There is at most one of each.
    state text not null check (state in ('building', 'live', 'standby')) unique deferrable initially deferred,
    -- Of one that is built: loading, indexing, following.
    phase text not null default '',
    -- Records folded by the load, and those that it has to fold.
    folded bigint not null default 0,
    total bigint not null default 0,
    -- What the last verification found, and whether all of it was as the log says.
    verification json,
    is_verified boolean not null default false,
    started_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);

-- Who does what only one may do. It is held as long as the holder's session holds the advisory lock of its id; the
-- epoch tells a holder that was thought dead from the next one.
create table warelog.leases (
    name text primary key,
    id integer generated always as identity unique,
    holder text not null,
    epoch bigint not null,
    since timestamptz not null
);

-- Records of the log that the fold leaves out, because an operator said so.
create table warelog.discarded_records (
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    key text not null,
    actor text not null,
    reason text not null,
    discarded_at timestamptz not null default now(),
    primary key (topic, partition, log_offset)
);

-- Plain text is what most names are, and a fraction of the work. Not strict: Postgres would not write it out where it is
-- used, and take ten times as long.
alter function warelog.search_text(text) rename to search_text_unicode;
create function warelog.search_text(name text) returns text language sql immutable parallel safe
return case when octet_length(name) = char_length(name) then lower(name collate "C")
       else warelog.search_text_unicode(name) end;

-- Makes the caller the newest owner of partitions of the live generation, or of one that is named and not live: in one
-- transaction with the question which one that is.
create function warelog.take_over(
    the_generation integer, the_owner text, the_topics text[], the_partitions bigint[]
) returns table (generation integer, definition integer, topic text, partition integer, next_offset bigint,
                 owner_epoch bigint)
language plpgsql as $$
declare
    model warelog.read_models;
begin
    -- Who waited for a switch finds that what was live is not, and has to look again to see what is.
    for attempt in 1..10 loop
        select * into model from warelog.read_models as m
        where case when the_generation is null then m.state = 'live'
                   else m.generation = the_generation and m.state <> 'live' end
        for share;
        exit when found or the_generation is not null;
    end loop;
    if model.generation is null then
        raise exception 'there is no such read model' using errcode = 'WL002';
    end if;
    return query execute format($sql$
        insert into %1$I.checkpoints as c (topic, partition, next_offset, owner_epoch, owner)
        select t, p, 0, 1, $1 from unnest($2, $3) as x(t, p) order by t, p
        on conflict (topic, partition) do update set owner_epoch = c.owner_epoch + 1, owner = excluded.owner
        returning $4, $5, c.topic, c.partition, c.next_offset, c.owner_epoch
        $sql$, 'read_model_' || model.generation)
    using the_owner, the_topics, the_partitions, model.generation, model.definition;
end
$$;

-- Where each partition ended when this database was told of its topic: more than nothing when the database that knew it
-- is lost.
create table warelog.first_ends (
    topic text not null,
    partition integer not null,
    log_end bigint not null,
    primary key (topic, partition)
);

-- A block of ids. Not before every id of the log is known: what is folded reserves them.
create function warelog.lease_block(the_sequence regclass) returns bigint language plpgsql as $$
begin
    if exists (
        select from warelog.first_ends e left join warelog.checkpoints c using (topic, partition)
        where coalesce(c.next_offset, 0) < e.log_end
    ) then
        raise exception 'the log that was there before this database is not folded yet' using errcode = 'WL003';
    end if;
    return nextval(the_sequence);
end
$$;

-- After a loss of this database its sequences start anew: ids that the log holds must not be leased again. Sequences know
-- no transactions: those who have to move one go one by one, so that it never goes back.
create function warelog.reserve_ids(max_product bigint, max_user bigint) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock('warelog.product_id_blocks'::regclass::bigint)
    from warelog.product_id_blocks p, warelog.user_id_blocks u
    where max_product > 0 and ((max_product - 1) / 1000, true) > (p.last_value, p.is_called)
        or max_user > 0 and ((max_user - 1) / 1000, true) > (u.last_value, u.is_called);
    perform setval('warelog.product_id_blocks', (max_product - 1) / 1000) from warelog.product_id_blocks
    where max_product > 0 and ((max_product - 1) / 1000, true) > (last_value, is_called);
    perform setval('warelog.user_id_blocks', (max_user - 1) / 1000) from warelog.user_id_blocks
    where max_user > 0 and ((max_user - 1) / 1000, true) > (last_value, is_called);
end
$$;
