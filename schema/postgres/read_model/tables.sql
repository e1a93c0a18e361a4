-- The read model: the result of folding products.events and users.events, in the schema that is first in the search
-- path. The tables have no indexes: those in `indexes` are made when a table is filled.
--
-- Definition 9. A change of these files, or of the rows that the fold makes, is a new definition: increase it here and
-- in `ReadModel.definition`, and operators rebuild.

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
    -- The numbers of changes by people and by the compressor.
    version bigint not null,
    media_revision bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    is_deleted boolean not null,
    product_price numeric(10, 2) not null,
    product_name text not null,
    product_description text compression lz4 not null,
    product_images text[] compression lz4 not null,
    -- The addresses of the compressed images, in the order of product_images.
    compressed_product_images text[] compression lz4 not null,
    -- Each image and its state: the bytes of JSON that the fold makes. They are not parsed when they are stored: the
    -- views convert them to json.
    images text compression lz4 not null,
    -- The text that lists search: the first 600 code points, which are three for each code point of the longest name and
    -- fit an index entry. Names are ordered by it, byte by byte. The few names that are longer when they are folded are
    -- also found by the rest: see `products_with_long_names`.
    search_name text collate "C" not null
        generated always as (left(warelog.folded_text(product_name), 600)) stored
);

-- With the default of 100 samples, one name in the histogram that happens to contain a rare text makes Postgres believe
-- that one product in a hundred contains it, and scan a whole order for a page of them. One product in a thousand is
-- rare enough for the index of trigrams.
alter table products alter column search_name set statistics 1000;

-- No query searches these columns, and their statistics take seconds to collect.
alter table products alter column product_name set statistics 0, alter column product_description set statistics 0,
    alter column product_images set statistics 0, alter column compressed_product_images set statistics 0,
    alter column images set statistics 0, alter column version set statistics 0,
    alter column media_revision set statistics 0, alter column log_partition set statistics 0,
    alter column log_offset set statistics 0;

-- Every event of each product and its verdict: its offset in the product's partition, and the product's counters after
-- it. The event changed the product when the counters differ from those before.
create table product_events (
    product_id bigint not null,
    log_partition integer not null,
    log_offset bigint not null,
    version bigint not null,
    media_revision bigint not null,
    occurred_at timestamptz not null,
    is_change boolean not null,
    -- Null when the event was accepted.
    void_reason text
);

-- The verdict on each command in its partition; `void_reason` is null when its event took effect.
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
    -- For requests that can be repeated: digests of the key and of the request, and the document that answered it.
    idempotency_key text collate "C",
    request_digest text,
    document text compression lz4
);

create table checkpoints (
    topic text not null,
    partition integer not null,
    -- The offset before which every record is folded.
    next_offset bigint not null,
    -- Grows each time a process takes the partition over; only the newest owner may move the offset.
    owner_epoch bigint not null,
    -- The name of the newest owner, for people; null when there is none.
    owner text,
    primary key (topic, partition)
);

-- Records that could not be folded, and later records of the same key, in order.
create table quarantine (
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    key text not null,
    reason text not null,
    -- The command that the record names; null when it names none.
    command_id text collate "C",
    primary key (topic, partition, log_offset)
);

create index quarantine_by_key on quarantine (key, partition, topic);
-- A hash, because a record may name a command that is longer than an entry of a B-tree.
create index quarantine_by_command on quarantine using hash (command_id);

-- The fence: moves a checkpoint from one offset to another for the newest owner, and fails for every other process, so
-- that the transaction changes nothing.
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
