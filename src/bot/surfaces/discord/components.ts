import type {
  APIActionRowComponent,
  APIButtonComponent,
  APIComponentInMessageActionRow,
  APISelectMenuOption,
} from 'discord.js';
import type { Action, Card, Menu, Press } from '../../../core/view/card.ts';
import { plainWithin, webAddress } from './escape.ts';
import { limits } from './limits.ts';
import { idOf } from './press.ts';

export type ActionRow = APIActionRowComponent<APIComponentInMessageActionRow>;

export interface Pressable {
  readonly rows: ActionRow[];
  /** Buttons and options for which there was no room. */
  readonly left: number;
}

/** What a press is carried as; undefined for one that cannot be. */
export type Naming = (press: Press, confirm?: 'fresh') => string | undefined;

/** https://discord.com/developers/docs/components/reference#component-object-component-types */
const types = { row: 1, button: 2, select: 3 } as const;
const styles = { plain: 2, primary: 1, danger: 4, link: 5 } as const;

/** Buttons five to a row, then the menu; five rows in all, and no two of them alike. */
export function pressable(
  { actions, menu }: Pick<Card, 'actions' | 'menu'>,
  name: Naming = idOf,
): Pressable {
  const fresh = once(name);
  const menuRows = menu ? Math.min(2, Math.ceil(menu.options.length / limits.selectOptions)) : 0;
  const most = (limits.rows - menuRows) * limits.rowButtons;
  const buttons = actions.flatMap((action) => button(action, fresh));
  const shown = buttons.slice(0, most);
  const menus = menu ? selects(menu, menuRows, fresh) : { rows: [], left: 0 };
  return {
    rows: [...rowsOf(shown), ...menus.rows],
    left: buttons.length - shown.length + menus.left,
  };
}

/** One button by itself. */
export function buttonRow(label: string, id: string): ActionRow {
  const button = { type: types.button, style: styles.primary, label, custom_id: id };
  return { type: types.row, components: [button] };
}

function rowsOf(buttons: readonly APIButtonComponent[]): ActionRow[] {
  const rows: ActionRow[] = [];
  for (let from = 0; from < buttons.length; from += limits.rowButtons) {
    rows.push({ type: types.row, components: buttons.slice(from, from + limits.rowButtons) });
  }
  return rows;
}

function button({ label, style, press, confirm }: Action, fresh: Naming): APIButtonComponent[] {
  const words = plainWithin(label, limits.buttonLabel).text || '…';
  if (press.kind === 'open') {
    const url = webAddress(press.url, limits.buttonUrl);
    return url ? [{ type: types.button, style: styles.link, label: words, url }] : [];
  }
  const id = fresh(press, confirm);
  if (id === undefined) return [];
  return [{ type: types.button, style: styles[style], label: words, custom_id: id }];
}

function selects({ label, options }: Menu, rows: number, fresh: Naming): Pressable {
  const all = options.flatMap(({ label: words, press }): APISelectMenuOption[] => {
    const value = fresh(press);
    const text = plainWithin(words, limits.optionLabel).text || '…';
    return value === undefined ? [] : [{ label: text, value }];
  });
  const shown = all.slice(0, rows * limits.selectOptions);
  const left = all.length - shown.length;
  const hint = left > 0 ? `${label} (${left} more in the console)` : label;
  const lists: ActionRow[] = [];
  for (let from = 0; from < shown.length; from += limits.selectOptions) {
    const part = shown.slice(from, from + limits.selectOptions);
    const which = shown.length > limits.selectOptions ? ` ${from + 1}–${from + part.length}` : '';
    const placeholder = plainWithin(hint, limits.placeholder - which.length).text + which;
    const list = { type: types.select, custom_id: `menu:${from}`, placeholder, options: part };
    lists.push({ type: types.row, components: [list] });
  }
  return { rows: lists, left };
}

/** The same deed twice on one card is one button: Discord refuses two of one name. */
function once(name: Naming): Naming {
  const taken = new Set<string>();
  return (press, confirm) => {
    const id = name(press, confirm);
    if (id === undefined || taken.has(id)) return undefined;
    taken.add(id);
    return id;
  };
}
