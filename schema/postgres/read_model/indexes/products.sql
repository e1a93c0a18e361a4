alter table products add primary key (id);

-- One index for each order of a list: of the products of a user, and of all products. It includes the columns of the
-- filters, so that only the rows of one page are read.
create index products_by_creation on products (user_id, created_at, id) include (product_price, search_name)
    where not is_deleted;
create index products_by_price on products (user_id, product_price, id) include (created_at, search_name)
    where not is_deleted;
create index products_by_name on products (user_id, search_name, id) include (product_price)
    where not is_deleted;
create index all_products_by_creation on products (created_at, id) include (product_price, search_name)
    where not is_deleted;
create index all_products_by_price on products (product_price, id) include (created_at, search_name)
    where not is_deleted;
create index all_products_by_name on products (search_name, id) include (product_price)
    where not is_deleted;
-- Deleted products, for lists of the past.
create index products_deleted on products (user_id, created_at, id) where is_deleted;
create index all_products_deleted on products (created_at, id) where is_deleted;
-- Finds products by a text in their names, with or without their owner. New entries are merged in batches, which costs a fifth of
-- merging them one by one; a search also reads the entries that are not merged yet, which are limited to 512 kB.
create index products_by_text on products using gin (user_id, search_name warelog.gin_trgm_ops)
    with (gin_pending_list_limit = 512) where not is_deleted;

-- Products whose folded name is longer than what `search_name` has of it: a few with ligatures that stand for a sentence.
create index products_with_long_names on products (user_id, id)
    where not is_deleted and char_length(search_name) = 600;

-- A change of an image changes no indexed column: when its page has room, the new version of the row stays there, and
-- no index is written (PostgreSQL, README.HOT).
alter table products set (fillfactor = 70);
analyze products;
