create table books (
  id bigint generated always as identity primary key,
  title text not null
);

alter table books enable row level security;

create policy "everybody reads books" on books for select using (true);
