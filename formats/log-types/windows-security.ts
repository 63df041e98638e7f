/** An event that rules look for. Any other goes by its provider and id alone. */
export interface WindowsEvent {
  readonly label: string;
  readonly severity: number;
  /** OCSF class and activity, where there is one that fits. */
  readonly logon?:
    | 'Logon'
    | 'Logoff'
    | 'Authentication Ticket'
    | 'Service Ticket Request'
    | 'Service Ticket Renew'
    | 'Preauth';
  readonly account?: string;
  readonly process?: 'Launch' | 'Terminate';
}

const account = (label: string, activity: string, severity = 3): WindowsEvent => ({
  label,
  severity,
  account: activity,
});
const logon = (label: string, activity: NonNullable<WindowsEvent['logon']>, severity = 1): WindowsEvent => ({
  label,
  severity,
  logon: activity,
});
const object = (label: string, severity = 1): WindowsEvent => ({ label, severity });

/**
 * Events of the Security channel by their ids, and of others by provider and id: providers use the same numbers.
 * https://learn.microsoft.com/windows/security/threat-protection/auditing
 */
export const WINDOWS_EVENTS: Readonly<Record<string, WindowsEvent>> = {
  1100: object('Event logging service stopped', 4),
  1102: object('Audit log cleared', 8),
  4608: object('Windows started'),
  4616: object('System time changed', 2),
  4624: logon('Account logged on', 'Logon'),
  4625: logon('Account failed to log on', 'Logon', 5),
  4634: logon('Account logged off', 'Logoff'),
  4647: logon('User initiated logoff', 'Logoff'),
  4648: logon('Logon with explicit credentials', 'Logon', 3),
  4656: object('Handle to an object requested'),
  4657: object('Registry value modified', 3),
  4658: object('Handle to an object closed'),
  4659: object('Handle to an object requested with intent to delete', 2),
  4660: object('Object deleted', 2),
  4662: object('Operation on a directory object', 2),
  4663: object('Object accessed'),
  4664: object('Hard link created', 2),
  4670: object('Permissions of an object changed', 3),
  4672: object('Special privileges assigned to new logon', 2),
  4673: object('Privileged service called', 2),
  4674: object('Operation on a privileged object', 2),
  4688: { label: 'Process created', severity: 1, process: 'Launch' },
  4689: { label: 'Process exited', severity: 1, process: 'Terminate' },
  4697: object('Service installed', 5),
  4698: object('Scheduled task created', 4),
  4699: object('Scheduled task deleted', 3),
  4702: object('Scheduled task updated', 4),
  4719: object('Audit policy changed', 7),
  4720: account('User account created', 'Create'),
  4722: account('User account enabled', 'Enable'),
  4723: account('Password change attempted', 'Password Change'),
  4724: account('Password reset attempted', 'Password Reset'),
  4725: account('User account disabled', 'Disable'),
  4726: account('User account deleted', 'Delete'),
  4727: account('Global group created', 'Other'),
  4728: account('Member added to global group', 'Other', 4),
  4729: account('Member removed from global group', 'Other'),
  4730: account('Global group deleted', 'Other'),
  4731: account('Local group created', 'Other'),
  4732: account('Member added to local group', 'Other', 4),
  4733: account('Member removed from local group', 'Other'),
  4734: account('Local group deleted', 'Other'),
  4735: account('Local group changed', 'Other'),
  4737: account('Global group changed', 'Other'),
  4738: account('User account changed', 'Other'),
  4739: object('Domain policy changed', 6),
  4740: account('User account locked out', 'Lock', 5),
  4741: account('Computer account created', 'Create'),
  4742: account('Computer account changed', 'Other'),
  4743: account('Computer account deleted', 'Delete'),
  4756: account('Member added to universal group', 'Other', 4),
  4757: account('Member removed from universal group', 'Other'),
  4767: account('User account unlocked', 'Other'),
  4768: logon('Kerberos ticket requested', 'Authentication Ticket'),
  4769: logon('Kerberos service ticket requested', 'Service Ticket Request'),
  4770: logon('Kerberos service ticket renewed', 'Service Ticket Renew'),
  4771: logon('Kerberos pre-authentication failed', 'Preauth', 5),
  4776: logon('Credentials validated', 'Logon'),
  4778: logon('Session reconnected', 'Logon'),
  4779: logon('Session disconnected', 'Logoff'),
  4781: account('Account renamed', 'Other'),
  4798: object('Local groups of a user enumerated', 2),
  4799: object('Members of a local group enumerated', 2),
  4964: object('Special groups assigned to new logon', 3),
  5136: object('Directory object modified', 3),
  5137: object('Directory object created', 3),
  5139: object('Directory object moved', 3),
  5140: object('Network share accessed'),
  5141: object('Directory object deleted', 3),
  5142: object('Network share added', 3),
  5143: object('Network share modified', 3),
  5144: object('Network share deleted', 3),
  5145: object('Access to a network share checked'),
  5156: object('Connection permitted by the filtering platform'),
  5157: object('Connection blocked by the filtering platform', 3),
  'Microsoft-Windows-Eventlog:104': object('Event log cleared', 7),
  'Service Control Manager:7040': object('Start of a service changed', 3),
  'Service Control Manager:7045': object('Service installed', 5),
};
