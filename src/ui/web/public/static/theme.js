// Sets the theme before the first paint; src/theme.ts takes over once the page runs.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem('aion-theme');
  } catch (e) {
    // Storage is refused: the system's choice stands.
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
