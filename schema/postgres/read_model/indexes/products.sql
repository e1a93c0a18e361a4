alter table products add primary key (id);

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

-- What becomes of an image changes nothing that an index holds: where there is room in its page, the row's new version
-- stays there, and no index hears of it (PostgreSQL, README.HOT).
alter table products set (fillfactor = 70);
analyze products;
