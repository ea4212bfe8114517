module.exports = {
  up: (queryInterface) => queryInterface.bulkInsert('users', [{ email: "ada'$1@example.com" }]),
  down: (queryInterface) => queryInterface.bulkDelete('users', {}),
};
