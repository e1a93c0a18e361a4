-- What has to be known about the log outside of the log. Everything else in this database can be thrown away and
-- folded again.

create table warelog.log_topics (
    name text primary key,
    -- Fixed when the topic is created: an entity's partition is its id modulo this.
    partitions integer not null check (partitions > 0)
);

-- Ids are leased in blocks: block n holds the ids n * 1000 + 1 to n * 1000 + 1000.
create sequence warelog.product_id_blocks minvalue 0;
create sequence warelog.user_id_blocks minvalue 0;
