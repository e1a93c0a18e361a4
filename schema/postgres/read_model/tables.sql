-- The read model: what the fold of products.events and users.events gives, in the schema that is first in the search
-- path. Without indexes: those in `indexes` are made when a table is filled.
--
-- Definition 5. A change of these files is a new definition: count it up here and in `ReadModel.definition`, and
-- operators rebuild.

-- Each row begins with its id and the position in the log of the last event that changed it: the state root finds
-- them there.

create table users (
    id bigint not null,
    log_partition integer not null,
    log_offset bigint not null,
    name text not null,
    created_at timestamptz not null
);

create table products (
    id bigint not null,
    log_partition integer not null,
    log_offset bigint not null,
    user_id bigint not null,
    -- What people changed, and what the compressor added.
    version bigint not null,
    media_revision bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    is_deleted boolean not null,
    product_price numeric(10, 2) not null,
    product_name text not null,
    product_description text compression lz4 not null,
    product_images text[] compression lz4 not null,
    -- The addresses of the images that are ready, in the order of product_images.
    compressed_product_images text[] compression lz4 not null,
    -- Each image and its state: JSON, the fold's bytes as they are. Nobody has to look at every one of them when they
    -- are stored: whoever asks for json, in the views, does.
    images text compression lz4 not null,
    -- What lists look for, the first 600 code points: three for each character that a name may have, and what an index
    -- entry can hold. Names are ordered by them, byte by byte.
    search_name text collate "C" not null
        generated always as (left(warelog.search_text(product_name), 600)) stored
);

-- With the 100 samples that are the default, one name in the histogram that happens to hold a rare text makes Postgres
-- believe that one product in a hundred does, and look through the whole order for a page of them. One in a thousand
-- is few enough for the index of trigrams.
alter table products alter column search_name set statistics 1000;

-- Nobody looks for a product by these, and it takes seconds to find out what is frequent in so many of them.
alter table products alter column product_name set statistics 0, alter column product_description set statistics 0,
    alter column product_images set statistics 0, alter column compressed_product_images set statistics 0,
    alter column images set statistics 0, alter column version set statistics 0,
    alter column media_revision set statistics 0, alter column log_partition set statistics 0,
    alter column log_offset set statistics 0;

-- Every event of each product, and what became of it: offsets in the product's own partition, counters after it. It
-- changed the product when they are others than before.
create table product_events (
    product_id bigint not null,
    log_partition integer not null,
    log_offset bigint not null,
    version bigint not null,
    media_revision bigint not null,
    occurred_at timestamptz not null,
    is_change boolean not null,
    -- Null where it was accepted.
    void_reason text
);

-- What became of each command in its partition; `void_reason` is null where its event took effect.
create table commands (
    resource_id bigint not null,
    log_partition integer not null,
    log_offset bigint not null,
    version bigint not null,
    media_revision bigint not null,
    topic text not null,
    command_id text collate "C" not null,
    event_id text not null,
    void_reason text,
    -- Of requests that can come again: digests of the key and of the request, and the document they were answered with.
    idempotency_key text collate "C",
    request_digest text,
    document text compression lz4
);

create table checkpoints (
    topic text not null,
    partition integer not null,
    -- Every record before this offset is folded.
    next_offset bigint not null,
    -- Grows each time that somebody takes the partition over; only the newest owner may move the offset.
    owner_epoch bigint not null,
    -- Who that is, for people; null when nobody is.
    owner text,
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

create index quarantine_by_key on quarantine (key, partition, topic);

-- The fence: moves a checkpoint from one offset to another, for the newest owner only, and fails for everybody else,
-- so that the transaction it is in changes nothing.
create function advance_checkpoint(
    the_topic text, the_partition integer, the_epoch bigint, from_offset bigint, to_offset bigint
) returns void language plpgsql set search_path from current as $$
begin
    update checkpoints set next_offset = to_offset
    where topic = the_topic and partition = the_partition and owner_epoch = the_epoch and next_offset = from_offset;
    if not found then
        raise exception 'checkpoint of % partition % has another owner', the_topic, the_partition
            using errcode = 'WL001';
    end if;
end
$$;
