-- The greatest id that `reserve_ids` takes for one that was leased, while the sequence of blocks has this value.
create function warelog.reach_of_sequence(last_block bigint) returns bigint language sql immutable parallel safe
return (last_block + 1000000000) * 1000;
