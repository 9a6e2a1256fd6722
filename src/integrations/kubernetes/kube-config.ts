/** The one thing taken from the vendor's client. By its name, so that a bundle leaves its generated models out. */
export { KubeConfig } from '@kubernetes/client-node';
