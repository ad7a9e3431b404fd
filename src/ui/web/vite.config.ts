import { defineConfig } from 'vite';

// Asset addresses are relative, so that the page works under any route prefix without knowing it.
export default defineConfig({
  base: './',
  esbuild: { jsx: 'automatic' },
  build: {
    assetsDir: 'static',
    target: ['chrome100', 'firefox100', 'safari15.4'],
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  server: {
    // AION_QUERY names a running query component while the page is being worked on.
    proxy: { '/api': process.env['AION_QUERY'] ?? 'http://127.0.0.1:10902' },
  },
});
