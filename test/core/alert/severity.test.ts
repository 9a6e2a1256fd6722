import { describe, expect, it } from 'vitest';
import { parseSeverity, rank, severityOf } from '../../../src/core/alert/severity.ts';

describe('the severity of an alert', () => {
  it.each([
    ['critical', 'critical'],
    ['Critical', 'critical'],
    ['page', 'critical'],
    ['P1', 'critical'],
    ['error', 'major'],
    ['high', 'major'],
    ['warn', 'warning'],
    ['info', 'info'],
    ['none', 'none'],
  ])('"%s" is %s', (word, severity) => {
    expect(severityOf({ severity: word })).toEqual({ severity, unknownWord: undefined });
  });

  it('is a warning in a word nobody told us, and keeps the word', () => {
    expect(severityOf({ severity: 'Loud' })).toEqual({ severity: 'warning', unknownWord: 'Loud' });
  });

  it('is a warning where the label is missing', () => {
    expect(severityOf({})).toEqual({ severity: 'warning', unknownWord: undefined });
    expect(severityOf({ severity: '' }).severity).toBe('warning');
  });

  it('named by a person must be a known word', () => {
    expect(parseSeverity(' Error ')).toBe('major');
    expect(parseSeverity('loud')).toBeUndefined();
  });

  it('is worse the lower it ranks', () => {
    expect(rank('critical')).toBeLessThan(rank('major'));
    expect(rank('info')).toBeLessThan(rank('none'));
  });
});
