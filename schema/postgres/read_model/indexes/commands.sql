alter table commands add primary key (command_id, log_partition, topic);
create index commands_by_key on commands (idempotency_key) where idempotency_key is not null;
analyze commands;
