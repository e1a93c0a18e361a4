-- The views that clients of the database read: they show the tables of the schema that is first in the search path. A
-- switch replaces them in one transaction. A new definition keeps their columns and adds its own after them, so that
-- readers go on.

create or replace view public.users as
    select id, name, created_at from users;

create or replace view public.products as
    select id, user_id, product_name, product_description, product_images, product_price,
           compressed_product_images, created_at, updated_at, version, media_revision, images::json as images,
           log_offset
    from products where not is_deleted;

create or replace view warelog.product_states as select * from products;
create or replace view warelog.product_events as select * from product_events;
create or replace view warelog.product_changes as
    select product_id, log_offset, version, media_revision, occurred_at from product_events where is_change;
create or replace view warelog.commands as select * from commands;
create or replace view warelog.checkpoints as select topic, partition, next_offset, owner from checkpoints;
create or replace view warelog.quarantine as select * from quarantine;
-- The columns that a page of a list is found by.
create or replace view warelog.product_search as
    select id, user_id, created_at, product_price, search_name from products where not is_deleted;
