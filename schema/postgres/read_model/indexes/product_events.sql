alter table product_events add primary key (product_id, log_offset);
-- Finds the products that changed after an offset, which the cache has to invalidate after an outage.
create index product_events_by_position on product_events (log_partition, log_offset);
analyze product_events;
