import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  AWS_REFUSED: {
    what: 'AWS refused {what} ({target}).',
    changed: nothing,
    why: '{why}',
    next: 'Mend what it says; the page of the integration lists the permissions that are needed.',
  },
  AWS_THROTTLED: {
    what: 'AWS takes no {what} just now ({target}).',
    changed: nothing,
    why: '{why}',
    next: 'Wait a moment and ask again: the account has sent too many requests.',
  },
  AWS_QUOTA: {
    what: 'The account may have no more of what {what} makes ({target}).',
    changed: nothing,
    why: '{why}',
    next: 'Delete what is not needed any more (`retention` takes our snapshots away), or ask AWS for a higher quota (Service Quotas).',
  },
  AWS_NO_ANSWER: {
    what: 'AWS did not answer {what} ({target}).',
    changed: 'It may have taken effect.',
    why: '{why}',
    next: 'Look at the resource in the console of AWS, and at the network from here.',
  },
  AWS_NO_CREDENTIALS: {
    what: 'There are no credentials for {target}.',
    changed: nothing,
    why: '{why}',
    next: 'Write access_key_id and secret_access_key, or give the machine or the service account a role.',
  },
  AWS_RESTS: {
    what: '{target} is not asked for the moment.',
    changed: nothing,
    why: 'AWS did not answer {failures} times in a row; the next question goes out in {seconds} s.',
    next: 'Look at the network from here to AWS. A step that is under way is not held up by this.',
  },
  AWS_NOT_AVAILABLE: {
    what: '{name} is not available.',
    changed: nothing,
    why: 'RDS says that it is {status}; it takes no change before it is available.',
    next: 'Wait until it is, then ask again.',
  },
  AWS_NO_READER: {
    what: 'No reader of {cluster} could become the writer.',
    changed: nothing,
    why: 'Asked for is {to}; the readers are {readers}.',
    next: 'Name one of them, or add a reader to the cluster.',
  },
  AWS_NOT_MULTI_AZ: {
    what: '{instance} has no standby.',
    changed: nothing,
    why: 'It is not Multi-AZ: a reboot would only be a reboot.',
    next: 'Make it Multi-AZ, or promote a replica of it (`promote`).',
  },
  AWS_NO_REPLICA: {
    what: '{instance} is no replica.',
    changed: nothing,
    why: 'RDS names no source of it: it was promoted already, or never was one.',
    next: 'Look at the service of the catalog: is it the environment of the standby?',
  },
  AWS_NO_SERVICE: {
    what: 'There is no service {service} in the cluster {cluster}.',
    changed: nothing,
    why: 'ECS knows none of that name, or it was deleted.',
    next: 'Compare ecs_cluster and ecs_service with the console of AWS.',
  },
  AWS_OUT_OF_BOUNDS: {
    what: '{to} tasks are outside what {service} may have.',
    changed: nothing,
    why: 'The catalog says at least {min}, at most {max}.',
    next: 'Ask for a number inside, or change the bounds in the catalog.',
  },
  AWS_COUNT_ALREADY: {
    what: '{service} has {to} tasks already.',
    changed: nothing,
    why: 'That is its desired count.',
    next: 'Look with the console of AWS whether they run.',
  },
  AWS_COUNT_ZERO: {
    what: '{service} stops.',
    changed: nothing,
    why: 'With no task nobody is served by it.',
    next: 'Approve it when that is meant.',
  },
  AWS_UNDO_MOVED: {
    what: '{what} is not as we left it.',
    changed: nothing,
    why: 'We wrote {wrote}; it says {observed}.',
    next: 'Somebody has changed it since: ask for what you want it to be.',
  },
  AWS_RECORD_ALREADY: {
    what: '{record} leads there already.',
    changed: nothing,
    why: 'It says {to}.',
    next: 'Nothing is to be done.',
  },
  AWS_RECORD_NO_VALUE: {
    what: 'Nobody has said where {record} should lead.',
    changed: nothing,
    why: 'The traffic of this environment has no `value`.',
    next: 'Write what the record says when traffic comes here.',
  },
  AWS_RECORD_POLICY: {
    what: '{record} is several records with a routing policy.',
    changed: nothing,
    why: 'Weighted, failover and other policies hold several at once; which of them is meant cannot be told.',
    next: 'Use a record of its own for what Tocsin moves, or change the policy in the console of AWS.',
  },
  AWS_RECORD_TYPE: {
    what: 'Records of type {type} are not changed by Tocsin.',
    changed: nothing,
    why: 'It moves traffic: A, AAAA and CNAME.',
    next: 'Write one of those types in the catalog.',
  },
  AWS_RECORD_PROTECTED: {
    what: '{record} is protected.',
    changed: 'Nothing was changed: Route 53 refuses the whole batch.',
    why: '{why}',
    next: 'Whoever protected it has to take the protection away (DeleteResourceRecordSetProtections).',
  },
  AWS_RECORD_CACHED: {
    what: 'Resolvers keep the old answer of {record}.',
    changed: nothing,
    why: 'They may for {seconds} s after the change, and some do longer.',
    next: 'Traffic moves over that time; look at both ends.',
  },
  AWS_CLUSTER_LOSES_NOTHING: {
    what: 'No acknowledged write is lost.',
    changed: nothing,
    why: '{engine}: what was acknowledged in {cluster} is with the readers, or on storage that all of them share.',
    next: 'Clients lose their connections and connect again by the endpoint of the cluster.',
  },
  AWS_STANDBY_LOSES_NOTHING: {
    what: 'No acknowledged write is lost.',
    changed: nothing,
    why: 'The standby of {instance} has every write before it is acknowledged.',
    next: 'Clients lose their connections and connect again by the same name.',
  },
  AWS_PROMOTION_BOUND: {
    what: 'What {source} had not sent is lost: {bound}.',
    changed: nothing,
    why: '{instance} becomes a database of its own with what it has then, and can never be a replica again.',
    next: 'Approve it when that is acceptable; afterwards a new replica has to be made.',
  },
  AWS_BEGUN_ALREADY: {
    what: '{operation} has begun it already.',
    changed: 'What was begun goes on.',
    why: 'What carries its name is there.',
    next: 'Nothing is to be done.',
  },
  AWS_SNAPSHOT_FAILED: {
    what: 'The snapshot {snapshot} came to nothing.',
    changed: 'The database is as it was; what is there of the snapshot cannot be restored.',
    why: 'RDS says that it is {status}.',
    next: 'Look at the events of RDS, then ask again; delete what is there of it.',
  },
  AWS_SNAPSHOT_NOT_OURS: {
    what: 'The snapshot {snapshot} is not one that Tocsin took.',
    changed: nothing,
    why: 'It has no tag of ours: somebody else has made it, or taken the tag away.',
    next: 'Whoever made it deletes it in the console of AWS, if it is to go.',
  },
  AWS_SNAPSHOT_STALLS: {
    what: '{instance} may stand still for a moment.',
    changed: nothing,
    why: 'It has no standby that could be read instead: RDS may hold its input and output up, for seconds as a rule.',
    next: 'Choose a quiet hour where that matters.',
  },
  AWS_NO_MODE: {
    what: 'A failover in AWS takes no {word}.',
    changed: nothing,
    why: 'AWS itself decides how it fails over; it would have no effect.',
    next: 'Leave {word} out.',
  },
  AWS_UNKNOWN_VERB: {
    what: 'That cannot {verb}.',
    changed: nothing,
    why: 'In the catalog it is {where}.',
    next: 'A cluster and a Multi-AZ instance fail over, a replica is promoted, a service of ECS is scaled, a record is moved with its region.',
  },
};
