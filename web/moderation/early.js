// Applies the chosen colours before the first paint, so that nothing flashes. The rest of it is in theme.js.
try {
  const chosen = JSON.parse(localStorage.getItem('rejoinder.theme') || 'null');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Without storage the colours are those of the system.
}
