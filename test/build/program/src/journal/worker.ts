import { parentPort } from 'node:worker_threads';
import { shared } from '../shared.ts';

parentPort?.postMessage(`a worker that knows what is ${shared}`);
