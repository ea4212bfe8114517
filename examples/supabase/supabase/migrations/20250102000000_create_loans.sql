create table loans (
  id bigint generated always as identity primary key,
  book_id bigint not null references books (id),
  reader_id uuid not null references auth.users (id),
  lent_at timestamptz not null default now()
);

alter table loans enable row level security;

create policy "readers see their loans" on loans for select to authenticated using (auth.uid() = reader_id);
