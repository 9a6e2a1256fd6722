import { describe } from 'vitest';
import {
  emulatedCluster,
  kubeconfigOfTests,
  realCluster,
} from '../integrations/kubernetes/workload-clusters.ts';
import { workloadContract } from './workload.ts';

workloadContract('the emulated cluster', emulatedCluster, 20_000);

const kubeconfig = kubeconfigOfTests();

// The same on a real one, where TOCSIN_TEST_KUBECONFIG names it. It works in a namespace of its own.
describe.skipIf(kubeconfig === undefined)('with TOCSIN_TEST_KUBECONFIG', () => {
  workloadContract('a real cluster', () => realCluster(kubeconfig ?? ''), 180_000);
});
