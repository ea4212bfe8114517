module.exports = {
  up: (queryInterface, Sequelize) => queryInterface.addColumn('orders', 'note', { type: Sequelize.TEXT }),
  down: (queryInterface) => queryInterface.removeColumn('orders', 'note'),
};
