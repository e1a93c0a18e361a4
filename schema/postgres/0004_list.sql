-- Lists: their orders, and the search in names.

-- Both are trusted: whoever owns the database may create them.
create extension if not exists pg_trgm with schema warelog;
create extension if not exists btree_gin with schema warelog;
set local search_path = read_model_2, warelog, public;

-- A name as it is compared: without regard to case, accents and the ways to encode a character. Compatibility
-- decomposition (NFKD), without the combining marks of Latin, Greek and Cyrillic, in lower case, with the letters that
-- have no decomposition written as people type them, and composed again, so that no letter is found in another one.
--
-- Stored values and indexes depend on what it gives, in every database the same: hence a collation of Postgres' own. To
-- change it, write another function and fill the column anew.
create function warelog.search_text(name text) returns text language sql immutable strict parallel safe
return normalize(
    replace(replace(replace(
        translate(
            lower(
                regexp_replace(
                    normalize(name, nfkd),
                    '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]', '', 'g'
                ) collate pg_catalog.pg_c_utf8),
            'ςıøłđħŧ', 'σioldht'),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
    nfc);

-- The pattern for `like` that finds a text anywhere in a search_text: %, _ and \ are characters like others.
create function warelog.search_pattern(search text) returns text language sql immutable strict parallel safe
return '%' || regexp_replace(warelog.search_text(search), '([\\%_])', '\\\1', 'g') || '%';

-- The first 600 code points, three for each character that a name may have: what an index entry can hold. Names are
-- searched and ordered by them, byte by byte.
alter table products add column search_name text collate "C" not null
    generated always as (left(warelog.search_text(product_name), 600)) stored;

-- Each order by an index, which holds what the filters ask about as well: the rows themselves are only read for the
-- products of a page.
drop index products_by_user;
create index products_by_creation on products (user_id, created_at, id) include (product_price, search_name)
    where not is_deleted;
create index products_by_price on products (user_id, product_price, id) include (created_at, search_name)
    where not is_deleted;
create index products_by_name on products (user_id, search_name, id) include (product_price)
    where not is_deleted;
-- The few products of one user with a certain text in their names. New entries are merged in batches, a fifth of the
-- cost of one by one; a search reads what is not merged yet as well, so it is kept to 512 kB.
create index products_by_text on products using gin (user_id, search_name gin_trgm_ops)
    with (gin_pending_list_limit = 512) where not is_deleted;

analyze products;

-- What a page of a list is found by. A switch to another version of the read model replaces this view with the others.
create view warelog.product_search as
    select id, user_id, created_at, product_price, search_name from read_model_2.products where not is_deleted;
