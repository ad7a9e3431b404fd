// One way to ask the API: every failure becomes a sentence that says what was asked.
import { shell } from '../shell';

export interface Answer<T> {
  data: T;
  warnings: string[];
  infos: string[];
  headers: Headers;
}

interface Envelope<T> {
  status?: string;
  data?: T;
  errorType?: string;
  error?: string;
  warnings?: unknown[];
  infos?: unknown[];
}

export class ApiError extends Error {
  readonly kind: string;
  constructor(message: string, kind = '') {
    super(message);
    this.kind = kind;
  }
}

function texts(list: unknown[] | undefined): string[] {
  return (list ?? []).map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
}

async function read<T>(path: string, response: Response): Promise<Answer<T>> {
  const text = await response.text();
  let envelope: Envelope<T> | null = null;
  try {
    envelope = JSON.parse(text) as Envelope<T>;
  } catch {
    // Not JSON: an unknown path, or a proxy speaking for the server.
  }
  if (envelope === null || typeof envelope !== 'object') {
    if (response.status === 404 || response.status === 405) {
      throw new ApiError(`This component does not offer ${path} (HTTP ${response.status}).`, 'not_found');
    }
    throw new ApiError(
      response.ok
        ? `${path} answered with something that is not JSON. Is a proxy in between?`
        : `${path} answered HTTP ${response.status} ${response.statusText}.`,
      'http',
    );
  }
  if (envelope.status !== 'success') {
    throw new ApiError(envelope.error ?? `${path} answered HTTP ${response.status} without a reason.`, envelope.errorType);
  }
  return {
    data: envelope.data as T,
    warnings: texts(envelope.warnings),
    infos: texts(envelope.infos),
    headers: response.headers,
  };
}

async function send<T>(path: string, url: string, init: RequestInit): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-store', credentials: 'same-origin', ...init });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new ApiError(`The server cannot be reached for ${path}: ${(error as Error).message}.`, 'network');
  }
  return read<T>(path, response);
}

export function apiGet<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  return send<T>(path.split('?')[0]!, shell.prefix + path, { signal: signal ?? null });
}

export function apiPost<T>(
  path: string,
  form: URLSearchParams,
  options: { signal: AbortSignal; headers: Record<string, string> },
): Promise<Answer<T>> {
  return send<T>(path, shell.prefix + path, {
    method: 'POST',
    body: form,
    signal: options.signal,
    headers: options.headers,
  });
}
