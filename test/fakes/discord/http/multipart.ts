/** One file of a multipart body. */
export interface UploadedFile {
  /** The name of the part, `files[0]`. */
  readonly field: string;
  readonly filename: string;
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

export interface Multipart {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: readonly UploadedFile[];
}

/** Takes a `multipart/form-data` body apart; undefined when it is none. */
export async function parseMultipart(
  body: Buffer,
  contentType: string,
): Promise<Multipart | undefined> {
  const headers = { 'content-type': contentType };
  const form = await new Response(new Uint8Array(body), { headers })
    .formData()
    .catch(() => undefined);
  if (!form) return undefined;
  const fields = new Map<string, string>();
  const files: UploadedFile[] = [];
  for (const [field, value] of form) {
    if (typeof value === 'string') {
      fields.set(field, value);
      continue;
    }
    const bytes = Buffer.from(await value.arrayBuffer());
    files.push({ field, filename: value.name, contentType: value.type || undefined, bytes });
  }
  return { fields, files };
}
