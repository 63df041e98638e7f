/**
 * The fake AWS as a process of its own: `node test/fakes/aws-main.ts ['{"visibilitySeconds": 5}']`. Its first line is
 * `{"port": 40123}`. It takes commands (`aws-control.ts`) at `/_control` and ends with its standard input, so that it
 * never outlives the process that started it.
 */
import { startFakeAws } from './aws.ts';

const aws = await startFakeAws(JSON.parse(process.argv[2] ?? '{}'));
process.stdout.write(`${JSON.stringify({ port: aws.port })}\n`);
process.stdin.resume().once('end', () => void aws.close());
