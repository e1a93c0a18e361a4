-- Of the tables in the schema that is first in the search path, made once they are filled.

alter table users add primary key (id);
alter table products add primary key (id);
alter table product_events add primary key (product_id, log_offset);
alter table commands add primary key (command_id);

-- Which products changed after a certain offset: what the cache has to forget after an outage.
create index products_by_position on products (log_partition, log_offset);
create index commands_by_key on commands (idempotency_key) where idempotency_key is not null;

-- Each order of a list by an index, which holds what the filters ask about as well: the rows themselves are only read
-- for the products of a page.
create index products_by_creation on products (user_id, created_at, id) include (product_price, search_name)
    where not is_deleted;
create index products_by_price on products (user_id, product_price, id) include (created_at, search_name)
    where not is_deleted;
create index products_by_name on products (user_id, search_name, id) include (product_price)
    where not is_deleted;
-- Those that are gone, for lists of the past.
create index products_deleted on products (user_id, created_at, id) where is_deleted;
-- The few products of one user with a certain text in their names. New entries are merged in batches, a fifth of the
-- cost of one by one; a search reads what is not merged yet as well, so it is kept to 512 kB.
create index products_by_text on products using gin (user_id, search_name warelog.gin_trgm_ops)
    with (gin_pending_list_limit = 512) where not is_deleted;

analyze users, products, product_events, commands;
