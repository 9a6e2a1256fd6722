import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newCommonTexts, shareTexts } from '../../../src/core/alert/texts.ts';

describe('texts that alerts have in common', () => {
  it('leaves every alert saying what it said', () => {
    const texts = fc.dictionary(
      fc.constantFrom('alertname', 'pod', 'severity', 'toString', 'summary'),
      fc.constantFrom('', 'a', 'b', 'checkout-1', 'checkout-2'),
      { noNullPrototype: true },
    );
    const alert = fc.record({ labels: texts, annotations: texts, generatorUrl: fc.string() });
    fc.assert(
      fc.property(fc.array(fc.array(alert)), (deliveries) => {
        const said = structuredClone(deliveries);
        const common = newCommonTexts();
        for (const alerts of deliveries) shareTexts(common, alerts);
        expect(deliveries).toEqual(said);
      }),
    );
  });

  it('remembers a bounded number of names', () => {
    const common = newCommonTexts();
    for (let turn = 0; turn < 5000; turn += 1) {
      const labels = { alertname: `Alert${turn}` };
      shareTexts(common, [{ labels, annotations: {}, generatorUrl: '' }]);
    }
    expect(common.size).toBeLessThanOrEqual(1000);
  });
});
