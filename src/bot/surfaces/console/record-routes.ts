import type { ServerResponse } from 'node:http';
import { isRecordFormat, type RecordFormat, recordFiles } from '../../../core/record/format.ts';
import type { HttpRoute } from '../../http-route.ts';
import { causeOf } from './deeds.ts';
import { recordPage } from './record-page.ts';
import { queryOf, readForm, sendPage } from './requests.ts';
import { type DeskSite, frameFor, type PersonCall, personRoute, sendProblem } from './site.ts';

/** The record of an incident to look at, and as a file: a POST, because that it was taken out is put on the record itself. */
export function recordRoutes(site: DeskSite): readonly HttpRoute[] {
  return [
    personRoute(site, ['GET', '/incidents/:incident/record'], (call) => showRecord(site, call)),
    personRoute(site, ['POST', '/incidents/:incident/export'], (call) => exportRecord(site, call)),
  ];
}

async function showRecord(site: DeskSite, call: PersonCall): Promise<void> {
  const { caller, params, request, response } = call;
  const { incident = '' } = params;
  const thread = await site.desk.thread(incident, caller.actor);
  const { records } = site.desk;
  if (records === undefined || thread === undefined) {
    return sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', caller);
  }
  const rows = await records.trail(incident, caller.actor);
  const mayExport = await records.mayExport(caller.actor);
  const page = Number(queryOf(request).get('page') ?? '1');
  sendPage(response, recordPage(frameFor(site, caller), { thread, rows, page, mayExport }));
}

async function exportRecord(site: DeskSite, call: PersonCall): Promise<void> {
  const { caller, params, request } = call;
  const { incident = '' } = params;
  const form = await readForm(request);
  if ('status' in form) return sendProblem(site, call, form.status, form.code, caller);
  const format = form.get('format') ?? '';
  if (!isRecordFormat(format)) {
    return sendProblem(site, call, 400, 'CONSOLE_BODY_UNREADABLE', caller);
  }
  const { records } = site.desk;
  if (records === undefined || !(await isThere(site, call))) {
    return sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', caller);
  }
  const cause = causeOf(caller, form.get('cause'));
  const text = await records.export({ incident, format, actor: caller.actor, cause });
  if (typeof text === 'string') return sendRecord(call.response, { incident, format, text });
  sendProblem(site, call, 403, 'CONSOLE_EXPORT_REFUSED', caller);
}

async function isThere({ desk }: DeskSite, { params, caller }: PersonCall): Promise<boolean> {
  return (await desk.thread(params['incident'] ?? '', caller.actor)) !== undefined;
}

export function sendRecord(
  response: ServerResponse,
  { incident, format, text }: { incident: string; format: RecordFormat; text: string },
): void {
  const { extension, type } = recordFiles[format];
  const name = `${incident.replaceAll(/[^\w-]/g, '_')}.${extension}`;
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${name}"`,
  });
  response.end(text);
}
