import type { Mark } from '../../core/graph/graph.ts';

export type ThemeName = 'light' | 'dark';

/** Colours that keep a contrast of 4.5 to 1 for letters and 3 to 1 for lines, and differ for those who see red as green. */
export interface Theme {
  readonly ground: string;
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  readonly limit: string;
  readonly beyond: string;
  readonly notice: string;
  readonly lines: readonly string[];
  readonly marks: Readonly<Record<Mark['kind'], string>>;
}

export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    ground: '#ffffff',
    ink: '#16191f',
    faint: '#565d6b',
    grid: '#e3e6eb',
    limit: '#c81e1e',
    beyond: 'rgba(200, 30, 30, 0.07)',
    notice: '#9a4a00',
    lines: [
      '#1d5fd1',
      '#c2570c',
      '#0b8457',
      '#8b3fd1',
      '#b8860b',
      '#0e8ba8',
      '#c4317f',
      '#5b6b16',
      '#7a4a2b',
      '#5a6472',
    ],
    marks: { fired: '#c81e1e', resolved: '#0b7a4b', operation: '#6d28c9', change: '#565d6b' },
  },
  dark: {
    ground: '#1a1d23',
    ink: '#f0f2f5',
    faint: '#a9b1bf',
    grid: '#31363f',
    limit: '#ff6b6b',
    beyond: 'rgba(255, 107, 107, 0.10)',
    notice: '#ffb454',
    lines: [
      '#6aa5ff',
      '#ff9f5a',
      '#43cf95',
      '#c493ff',
      '#f2cf5b',
      '#4fd0ea',
      '#ff85bd',
      '#b5cc5a',
      '#d6a684',
      '#aeb8c6',
    ],
    marks: { fired: '#ff6b6b', resolved: '#4ade9c', operation: '#c493ff', change: '#a9b1bf' },
  },
};
