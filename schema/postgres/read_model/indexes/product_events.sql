alter table product_events add primary key (product_id, log_offset);
-- Which products changed after a certain offset: what the cache has to forget after an outage.
create index product_events_by_position on product_events (log_partition, log_offset);
analyze product_events;
