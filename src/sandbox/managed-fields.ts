// Who wrote to an object, when and how. Which fields they wrote is left empty.

import { timestamp } from './clock.ts';
import type { AnyObject, ManagedField } from './objects.ts';
import { apiVersionOf } from './resources.ts';
import type { Target, WriteContext } from './writes.ts';

export function touchManagedFields(
  context: WriteContext,
  target: Target,
  next: AnyObject,
  current: AnyObject,
): void {
  const entry = managedField(context, target);
  const others = (current.metadata.managedFields ?? []).filter(
    (field) => field.manager !== entry.manager || field.subresource !== entry.subresource,
  );
  next.metadata.managedFields = [...others, entry];
}

export function managedField(context: WriteContext, target: Target): ManagedField {
  return {
    manager: context.fieldManager,
    operation: 'Update',
    apiVersion: apiVersionOf(target.resource),
    time: timestamp(context.store.clock.now()),
    fieldsType: 'FieldsV1',
    fieldsV1: {},
    ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
  };
}
