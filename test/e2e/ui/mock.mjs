// A stand-in for a query component: serves the built page and answers the API with made-up but plausible data, so
// that the page can be worked on and the browser test can run alone.
//   node mock.mjs [--dist DIR] [--port N] [--prefix /p] [--component NAME] [--api URL]
// With --api the answers are those of the component at URL: the page of this tree on the data of that one.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerFor } from './mock_answers.mjs';

const kPages = new Set(['', 'graph', 'stores', 'alerts', 'rules', 'targets', 'status', 'flags', 'tsdb-status', 'blocks', 'loaded', 'global']);
const kTypes = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json', '.ico': 'image/svg+xml',
};
// As the real server sends it.
const kPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'";
export const kDefaultDist = fileURLToPath(new URL('../../../src/ui/web/dist', import.meta.url));

async function readBody(request) {
  let text = '';
  for await (const part of request) text += part;
  return text;
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

async function sendFile(response, file, change = (text) => text) {
  const body = await readFile(file);
  response.writeHead(200, { 'Content-Type': kTypes[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': kPolicy });
  response.end(extname(file) === '.html' ? change(body.toString()) : body);
}

async function forward(url, request, form, response) {
  const post = request.method === 'POST';
  const answer = await fetch(post ? url : `${url}?${form}`, post ? { method: 'POST', body: form } : {});
  response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? 'text/plain' });
  response.end(Buffer.from(await answer.arrayBuffer()));
}

// Starts on `port` (0: any) of the loopback address; resolves to { url, close }.
export function startMock({ dist = kDefaultDist, port = 0, prefix = '', component = 'query', api = null } = {}) {
  const shell = {
    pathPrefix: prefix, component, queryURL: 'http://localhost:10902', tenantHeader: 'THANOS-TENANT',
    defaultTenant: 'default-tenant', displayTenantBox: 'none',
  };
  const render = (html) => html.replace(/\{\{(\w+)\}\}/g, (_, name) => escapeHtml(shell[name] ?? ''));
  const requests = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://mock');
    if (!url.pathname.startsWith(prefix)) return void response.writeHead(404).end('404 page not found\n');
    const path = url.pathname.slice(prefix.length + 1);
    try {
      if (path.startsWith('api/v1/')) {
        const form = new URLSearchParams(request.method === 'POST' ? await readBody(request) : url.search);
        requests.push({ path, form });
        if (api) return void (await forward(`${api}/${path}`, request, form, response));
        const answer = answerFor(path.slice('api/v1/'.length), form);
        if (!answer) return void response.writeHead(404).end('404 page not found\n');
        await new Promise((resolve) => setTimeout(resolve, answer.delayMs ?? 0));
        response.writeHead(answer.code ?? 200, { 'Content-Type': 'application/json' });
        return void response.end(JSON.stringify(answer.body));
      }
      if (kPages.has(path)) return void (await sendFile(response, join(dist, 'index.html'), render));
      await sendFile(response, join(dist, normalize(`/${path}`)));
    } catch {
      response.writeHead(404).end('404 page not found\n');
    }
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const close = () => new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      });
      resolve({ url: `http://127.0.0.1:${server.address().port}${prefix}`, requests, close });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, fallback) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? fallback : process.argv[at + 1];
  };
  const { url } = await startMock({
    dist: option('dist', kDefaultDist), port: Number(option('port', '0')), prefix: option('prefix', ''), component: option('component', 'query'),
    api: option('api', null),
  });
  console.log(url);
}
