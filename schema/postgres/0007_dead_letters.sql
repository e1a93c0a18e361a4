-- What operators decided on dead letters (topic products.dead-letters): who, when and why.
create table warelog.dead_letter_decisions (
    -- The letter's.
    id text primary key,
    product_id bigint not null,
    decision text not null check (decision in ('redriven', 'discarded')),
    actor text not null,
    reason text not null,
    decided_at timestamptz not null default now()
);
