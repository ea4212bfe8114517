class FirstCustomer < ActiveRecord::Migration[6.1]
  def up
    execute "INSERT INTO customers (email) VALUES ('ada@example.com')"
  end

  def down
    execute 'DELETE FROM customers'
  end
end
