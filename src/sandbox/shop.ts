// The world of the demo: a small shop whose checkout has just got a bad release.

import type { ImageTable } from './images.ts';
import type { Seeds, WorkloadSeed } from './seed.ts';

export const shop = {
  namespace: 'shop',
  goodImage: 'registry.example.com/shop/checkout:1.8.2',
  badImage: 'registry.example.com/shop/checkout:1.9.0',
} as const;

export type Shop = {
  /** Everything at its good revision, with a past to go back to. */
  seed(): void;
  /** Rolls the bad release out: it crashes at its start, and the rollout stands still. */
  breakCheckout(): void;
  /** Another kind of bad release: it runs, and answers errors to 40 % of the requests. */
  degradeCheckout(): void;
};

export function createShop(seeds: Seeds, images: ImageTable): Shop {
  images.set(shop.badImage, {
    crash: { afterMs: 400, backoffMs: 1000, backoffMaxMs: 10_000, exitCode: 1 },
    readyMs: false,
    logs: [
      'level=info msg="checkout 1.9.0 starting"',
      'level=error msg="cannot load tax table" error="TAX_TABLE_URL is not set"',
      'level=fatal msg="giving up" exit=1',
    ],
  });
  images.set(degradedImage, { errorShare: 0.4 });
  return {
    seed() {
      seeds.namespace(shop.namespace);
      seeds.deployment(checkout(shop.goodImage, 'checkout 1.8.2'));
      seeds.deployment({
        namespace: shop.namespace,
        name: 'storefront',
        image: 'registry.example.com/shop/storefront:4.1.0',
        replicas: 3,
      });
      seeds.autoscaler({
        namespace: shop.namespace,
        name: 'storefront',
        target: 'storefront',
        min: 2,
        max: 8,
      });
      seeds.statefulSet({
        namespace: shop.namespace,
        name: 'sessions',
        image: 'registry.example.com/shop/sessions:2.0.3',
        replicas: 3,
        history: [{ image: 'registry.example.com/shop/sessions:2.0.2' }],
      });
      seeds.daemonSet({
        namespace: shop.namespace,
        name: 'log-agent',
        image: 'registry.example.com/shop/log-agent:0.9.1',
        history: [{ image: 'registry.example.com/shop/log-agent:0.9.0' }],
      });
    },
    breakCheckout() {
      seeds.deployment({
        ...checkout(shop.badImage, 'checkout 1.9.0'),
        podLabels: { tier: 'payments' },
        env: { TAX_TABLE_REFRESH: '60s' },
      });
    },
    degradeCheckout() {
      seeds.deployment(checkout(degradedImage, 'checkout 1.9.1'));
    },
  };
}

const degradedImage = 'registry.example.com/shop/checkout:1.9.1';

function checkout(image: string, cause: string): WorkloadSeed {
  return {
    namespace: shop.namespace,
    name: 'checkout',
    image,
    replicas: 4,
    annotations: { 'kubernetes.io/change-cause': cause },
    spec: { progressDeadlineSeconds: 60 },
    history: [
      {
        image: 'registry.example.com/shop/checkout:1.8.1',
        annotations: { 'kubernetes.io/change-cause': 'checkout 1.8.1' },
      },
    ],
  };
}
