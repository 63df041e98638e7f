import { computed, first, textOf } from '../functions.ts';
import type { EcsSpec, OcsfSpec } from '../schema-spec.ts';

/** How OCSF and ECS class CloudTrail events: by what was called. */

/** Calls of IAM that change an account, as AWS's own mapping for Security Lake has them. */
const ACCOUNT_CHANGES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Create: 'CreateUser CreateRole CreateServiceLinkedRole CreateServiceSpecificCredential',
    Delete: 'DeleteUser DeleteRole DeleteServiceLinkedRole',
    Enable: 'CreateLoginProfile',
    Disable: 'DeleteLoginProfile',
    'Password Reset': 'UpdateLoginProfile',
    'Attach Policy': `AttachUserPolicy AttachRolePolicy AttachGroupPolicy PutUserPolicy PutRolePolicy PutGroupPolicy
      PutUserPermissionsBoundary PutRolePermissionsBoundary AddRoleToInstanceProfile`,
    'Detach Policy': `DetachUserPolicy DetachRolePolicy DetachGroupPolicy DeleteUserPolicy DeleteRolePolicy
      DeleteGroupPolicy DeleteUserPermissionsBoundary DeleteRolePermissionsBoundary RemoveRoleFromInstanceProfile`,
    'MFA Factor Enable': 'EnableMFADevice',
    'MFA Factor Disable': 'DeactivateMFADevice',
  }).flatMap(([activity, names]) => names.split(/\s+/).map((name) => [name, activity] as const)),
);

const SIGN_IN = /^(?:signin|sso)\.amazonaws\.com$/;
const LOGON = /^(?:ConsoleLogin|UserAuthentication|SwitchRole)$/;
const LOGOFF = /^(?:ExitRole|Logout)$/;

/** The verb that an API call begins with, in the words of OCSF. */
const VERBS: readonly (readonly [RegExp, string])[] = [
  [/^(?:Get|List|Describe|Head|Lookup|Search|Select|BatchGet|Query|Scan|View|Download|Check|Simulate|Preview)/, 'Read'],
  [/^(?:Delete|Remove|Terminate|Deregister|Destroy|Purge|Release|Revoke|BatchDelete|Cancel)/, 'Delete'],
  [/^(?:Create|Run|Register|Allocate|Copy|Import|Issue|Request|Launch|Generate|Upload|Restore)/, 'Create'],
  [
    /^(?:Update|Modify|Put|Set|Attach|Detach|Associate|Disassociate|Add|Tag|Untag|Enable|Disable|Start|Stop|Reboot|Change|Reset|Authorize|Replace|Apply|Activate|Deactivate|Edit|Move|Rotate|Schedule|Assign|Unassign|Batch)/,
    'Update',
  ],
];

const INPUTS = ['eventSource', 'eventName', 'eventCategory', 'insightDetails.state'] as const;

const isInsight = (category: unknown, state: unknown): boolean => category === 'Insight' || textOf(state) !== '';

export const cloudtrailOcsf: OcsfSpec = {
  classes: ['api_activity', 'account_change', 'authentication', 'detection_finding'],
  class: computed(
    'authentication for sign-ins, account_change for changes of IAM principals, detection_finding for insights, else api_activity',
    INPUTS,
    (source, name, category, state) => {
      if (isInsight(category, state)) return 'detection_finding';
      if (SIGN_IN.test(textOf(source))) return 'authentication';
      return source === 'iam.amazonaws.com' && ACCOUNT_CHANGES.has(textOf(name)) ? 'account_change' : 'api_activity';
    },
  ),
  activity: computed('by the verb of eventName', INPUTS, (source, name, category, state) => {
    if (isInsight(category, state)) return state === 'End' ? 'Close' : 'Create';
    const call = textOf(name);
    if (SIGN_IN.test(textOf(source))) return LOGON.test(call) ? 'Logon' : LOGOFF.test(call) ? 'Logoff' : call;
    const change = source === 'iam.amazonaws.com' ? ACCOUNT_CHANGES.get(call) : undefined;
    return change ?? VERBS.find(([pattern]) => pattern.test(call))?.[1] ?? call;
  }),
  // Principals of other accounts come without ARN.
  paths: { 'user.arn': false, 'user.id': 'subject.uid_alt' },
  values: {
    'subject.uid': first('userIdentity.arn', 'userIdentity.principalId'),
    // What one signs in to: an attribute of that class alone.
    'service.name': 'eventSource',
  },
};

/** Services whose calls ECS has a category of its own for; it asks for none where none fits. */
const CATEGORIES: Readonly<Record<string, string>> = {
  'iam.amazonaws.com': 'iam',
  'signin.amazonaws.com': 'authentication',
  'sso.amazonaws.com': 'authentication',
  'sts.amazonaws.com': 'authentication',
  'config.amazonaws.com': 'configuration',
  'cloudtrail.amazonaws.com': 'configuration',
};
const TYPES: Readonly<Record<string, string>> = {
  Create: 'creation',
  Delete: 'deletion',
  Update: 'change',
  Read: 'info',
};

const typeOfCall = (call: string): string => TYPES[VERBS.find(([pattern]) => pattern.test(call))?.[1] ?? ''] ?? 'info';

export const cloudtrailEcs: EcsSpec = {
  kind: 'event',
  dataset: 'cloudtrail',
  category: computed('by eventSource', ['eventSource'], (source) => CATEGORIES[textOf(source)] ?? 'api'),
  type: computed('by the verb of eventName', ['eventSource', 'eventName'], (source, name) => {
    if (CATEGORIES[textOf(source)] === 'authentication') return 'start';
    return typeOfCall(textOf(name));
  }),
  names: { 'event.reason': 'error.code', 'event.message': 'error.message' },
};
