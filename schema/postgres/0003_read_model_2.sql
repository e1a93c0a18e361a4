-- The read model, version 2: commands with what is needed to answer them again, and the index of each product's
-- changes. It is folded from the beginning of the log, in place of version 1.

drop schema read_model_1 cascade;
create schema read_model_2;
set local search_path = read_model_2;

create table users (
    id bigint primary key,
    name text not null,
    created_at timestamptz not null,
    log_partition integer not null,
    log_offset bigint not null
);

create table products (
    id bigint primary key,
    user_id bigint not null,
    product_name text not null,
    product_description text not null,
    product_images text[] not null,
    product_price numeric(10, 2) not null,
    -- The addresses of the images that are ready, in the order of product_images.
    compressed_product_images text[] not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- What people changed, and what the compressor added.
    version bigint not null,
    media_revision bigint not null,
    -- Each image and its state. Not jsonb: the fold's bytes are kept as they are.
    images json not null,
    is_deleted boolean not null,
    -- The last event that changed it.
    log_partition integer not null,
    log_offset bigint not null
);

create index products_by_user on products (user_id, created_at, id) where not is_deleted;
-- Which products changed after a certain offset: what the cache has to forget after an outage.
create index products_by_position on products (log_partition, log_offset);

-- Where in the log each product changed, and to which state: offsets in the product's own partition.
create table product_changes (
    product_id bigint not null,
    log_offset bigint not null,
    version bigint not null,
    media_revision bigint not null,
    primary key (product_id, log_offset)
);

-- What became of each command; `void_reason` is null where its event took effect.
create table commands (
    command_id text primary key,
    event_id text not null,
    topic text not null,
    log_partition integer not null,
    log_offset bigint not null,
    resource_id bigint not null,
    -- The resource's counters after the event.
    version bigint not null,
    media_revision bigint not null,
    void_reason text,
    -- Of requests that can come again: digests of the key and of the request, and the document they were answered with.
    idempotency_key text,
    request_digest text,
    document text
);

create index commands_by_key on commands (idempotency_key) where idempotency_key is not null;

create table checkpoints (
    topic text not null,
    partition integer not null,
    -- Every record before this offset is folded.
    next_offset bigint not null,
    -- Grows each time that somebody takes the partition over; only the newest owner may move the offset.
    owner_epoch bigint not null,
    primary key (topic, partition)
);

-- Records that could not be folded, and those of the same key that came after them, in order.
create table quarantine (
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    key text not null,
    reason text not null,
    primary key (topic, partition, log_offset)
);

create index quarantine_by_key on quarantine (topic, key);

-- The fence: moves a checkpoint from one offset to another, for the newest owner only, and fails for everybody else,
-- so that the transaction it is in changes nothing.
create function advance_checkpoint(
    the_topic text, the_partition integer, the_epoch bigint, from_offset bigint, to_offset bigint
) returns void language plpgsql as $$
begin
    update read_model_2.checkpoints set next_offset = to_offset
    where topic = the_topic and partition = the_partition and owner_epoch = the_epoch and next_offset = from_offset;
    if not found then
        raise exception 'checkpoint of % partition % has another owner', the_topic, the_partition
            using errcode = 'WL001';
    end if;
end
$$;

-- What others read. A switch to another version replaces these views in one transaction.

create view public.users as
    select id, name, created_at from read_model_2.users;

create view public.products as
    select id, user_id, product_name, product_description, product_images, product_price,
           compressed_product_images, created_at, updated_at, version, media_revision, images, log_offset
    from read_model_2.products where not is_deleted;

create view warelog.product_states as select * from read_model_2.products;
create view warelog.product_changes as select * from read_model_2.product_changes;
create view warelog.commands as select * from read_model_2.commands;
create view warelog.checkpoints as select topic, partition, next_offset from read_model_2.checkpoints;
