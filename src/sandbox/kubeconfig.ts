// A kubeconfig for one token, as an object and as text. JSON is YAML, so the text suits both.

export type Kubeconfig = {
  apiVersion: 'v1';
  kind: 'Config';
  clusters: {
    name: string;
    cluster: { server: string; 'certificate-authority-data'?: string };
  }[];
  users: { name: string; user: { token: string } }[];
  contexts: { name: string; context: { cluster: string; user: string; namespace: string } }[];
  'current-context': string;
};

export type KubeconfigParts = {
  server: string;
  user: string;
  token: string;
  namespace: string;
  certificate?: string | undefined;
};

export function kubeconfigOf(parts: KubeconfigParts): Kubeconfig {
  const { server, user, token, namespace, certificate } = parts;
  const authority =
    certificate === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(certificate).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server, ...authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user, namespace } }],
    'current-context': 'sandbox',
  };
}
