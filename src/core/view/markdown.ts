import { webAddress } from '../web-address.ts';
import type { Block, Span, Text } from './card.ts';
import { code, strong } from './words.ts';

/**
 * A page of Markdown as blocks of a card, so that each surface shows it its own way: headings, paragraphs, numbered and dotted
 * lists, fenced code, and within a line code, bold text and links. What is none of these stays as it is written, as text:
 * nothing of a page becomes markup of a platform.
 */
export function markdownBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let paragraph: Text[] = [];
  let dots: Text[] = [];
  let fence: { readonly mark: string; readonly lines: string[] } | undefined;

  function flush(): void {
    if (paragraph.length > 0) blocks.push({ kind: 'text', text: lines(paragraph) });
    if (dots.length > 0) blocks.push({ kind: 'list', title: '', items: dots, more: 0 });
    paragraph = [];
    dots = [];
  }

  for (const line of markdown.replaceAll('\r\n', '\n').split('\n')) {
    if (fence) {
      if (line.trim().startsWith(fence.mark)) {
        blocks.push(printed(fence.lines));
        fence = undefined;
      } else fence.lines.push(line);
      continue;
    }
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    const dot = /^\s*[-*+]\s+(.*)$/.exec(line)?.[1];
    const isNumbered = /^\s*\d+[.)]\s/.test(line);
    if (mark !== undefined || heading !== undefined || isNumbered || line.trim() === '') flush();
    if (mark !== undefined) fence = { mark, lines: [] };
    else if (heading !== undefined) blocks.push({ kind: 'text', text: [strong(heading)] });
    else if (dot !== undefined) {
      if (paragraph.length > 0) flush();
      dots.push(markdownLine(dot));
    } else if (line.trim() !== '') {
      const text = markdownLine(line.trim());
      const last = dots.pop();
      // A dotted line that goes on below.
      if (last && /^\s/.test(line)) dots.push([...last, ' ', ...text]);
      else {
        if (last) dots.push(last);
        if (dots.length > 0) flush();
        paragraph.push(text);
      }
    }
  }
  flush();
  // A fence that nobody ended goes on to the end.
  if (fence) blocks.push(printed(fence.lines));
  return blocks;
}

/** One line: code, bold text and links; everything else is text. */
export function markdownLine(line: string): Text {
  // No person wrote it; looking for marks in it takes time.
  if (line.length > lineMax) return [line];
  const spans: Span[] = [];
  let from = 0;
  for (const match of line.matchAll(marked)) {
    const { index, 0: whole } = match;
    if (index > from) spans.push(line.slice(from, index));
    spans.push(spanOf(match.groups ?? {}, whole));
    from = index + whole.length;
  }
  if (from < line.length) spans.push(line.slice(from));
  return spans;
}

const lineMax = 2000;

const marked =
  /(?<ticks>`{1,3})(?<code>[^`]{1,500})\k<ticks>|\*\*(?<bold>[^*\n]{1,300})\*\*|\[(?<label>[^\]\n]{1,200})\]\((?<target>[^)\s]{1,2000})\)|<(?<bare>https?:[^>\s]{1,2000})>/g;

function spanOf(found: Readonly<Record<string, string | undefined>>, whole: string): Span {
  const { code: printedCode, bold, label, target, bare } = found;
  if (printedCode !== undefined) return code(printedCode.trim());
  if (bold !== undefined) return strong(bold);
  const url = webAddress(target ?? bare ?? '');
  if (url === undefined) return label ?? whole;
  return { kind: 'link', text: label ?? url, url };
}

/** The lines of a paragraph stay lines: a step, its command, its risk. */
function lines(paragraph: readonly Text[]): Text {
  return paragraph.flatMap((text, index) =>
    index === 0 ? text : [{ kind: 'break' } as const, ...text],
  );
}

/** What stood indented below a step loses the indent. */
function printed(all: readonly string[]): Block {
  const indents = all.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = indents.length === 0 ? 0 : Math.min(...indents);
  return { kind: 'code', title: '', text: all.map((line) => line.slice(indent)).join('\n') };
}
