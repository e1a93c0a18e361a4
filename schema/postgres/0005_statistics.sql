-- With the 100 samples that are the default, one name in the histogram that happens to hold a rare text makes Postgres
-- believe that one product in a hundred does, and look through the whole order for a page of them. One in a thousand
-- is few enough for the index of trigrams.
alter table read_model_2.products alter column search_name set statistics 1000;
analyze read_model_2.products;
