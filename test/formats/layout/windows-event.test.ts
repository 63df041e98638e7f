import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../formats/framing/record.ts';
import { readXml } from '../../../formats/layout/xml.ts';
import { windowsEvents } from '../../../formats/layout.ts';
import { utf8 } from '../framing/conformance.ts';
import { duration, records, values } from './read.ts';

const SYSTEM = `<System><Provider Name='P' Guid="{1}"/><EventID Qualifiers='2'>4624</EventID><TimeCreated SystemTime='t'/><Correlation/></System>`;
const event = (data: string): string => `<Event xmlns='http://e'>${SYSTEM}<EventData>${data}</EventData></Event>`;
const head = {
  'System.Provider.@Name': 'P',
  'System.Provider.@Guid': '{1}',
  'System.EventID.@Qualifiers': '2',
  'System.EventID': '4624',
  'System.TimeCreated.@SystemTime': 't',
};

describe('a Windows event', () => {
  const layout = windowsEvents();

  it('is read by the paths of its elements, its data by their names', () => {
    const text = event(
      `<Data Name='A'>x</Data><Data Name="B">-</Data>\r\n <Data Name='C'/><Data>y</Data><Data>z</Data>`,
    );
    const data = { 'EventData.A': 'x', 'EventData.B': '-', 'EventData.Data': 'y', 'EventData.Data.1': 'z' };
    expect(records(layout, text + text)).toEqual([
      { ...head, ...data },
      { ...head, ...data },
    ]);
    expect(values(layout, text, 'EventData.A')).toEqual(['x']);
    expect(values(layout, text, 'EventData.C')).toEqual([undefined]);
    expect(records(layout, `<?xml version="1.0"?>\n${text}\n`, true)).toEqual([{ ...head, ...data }]);
  });

  it('has its references undone, in bytes of UTF-8', () => {
    const text = event('<Data Name="a&amp;b">&lt;&#65;&#xe9;&#x1F600;&quot;&apos;&#0;&#xd800;&nix;&amp;lt;</Data>');
    expect(records(layout, text)).toEqual([{ ...head, 'EventData.a&b': utf8('<Aé😀"\'\ufffd\ufffd&nix;&lt;') }]);
  });

  it('keeps CDATA as it is, and leaves comments and instructions out', () => {
    expect(records(layout, event('<Data><!-- <x> --><![CDATA[<a>&lt;]]><?p <x> ?>b</Data>'))).toEqual([
      { ...head, 'EventData.Data': '<a>&lt;b' },
    ]);
  });

  it('that is no XML is a message, and costs nothing of its neighbours', () => {
    expect(records(layout, `The service started.\n${event('')}`)).toEqual([{ message: 'The service started.' }, head]);
    expect(records(layout, 'several\nlines', true)).toEqual([{ message: 'several\nlines' }]);
  });

  it('that is broken XML is refused alone', () => {
    for (const broken of [
      '<Event><a></Event>',
      '<Event><a b></a></Event>',
      '<Event><a b=c></a></Event>',
      '<Event><!-- </Event>',
      '<Event></b></Event>',
      '<Event>< a></Event>',
    ])
      expect(records(layout, `${broken}\n${event('')}`), broken).toEqual(['TF-XML-INVALID', head]);
    expect(records(layout, '<Event><a>')).toEqual(['TF-XML-INVALID']);
    expect(records(layout, `${event('')}${event('')}`, true)).toEqual(['TF-XML-INVALID']);
  });

  it('that never ended is refused with the one it swallowed: no field is taken from the wrong one', () => {
    expect(records(layout, `<Event><System><EventID>1${event('')}`)).toEqual(['TF-XML-INVALID']);
  });

  it('cannot fill the memory', () => {
    const deep = `<Event>${'<a>'.repeat(100)}x${'</a>'.repeat(100)}</Event>`;
    const wide = `<Event>${'<a>1</a>'.repeat(5000)}</Event>`;
    const named = `<Event><${'n'.repeat(10_000)}>1</${'n'.repeat(10_000)}></Event>`;
    for (const text of [deep, wide, named]) expect(records(layout, text)).toEqual(['TF-XML-INVALID']);
    const doctype = '<!DOCTYPE x [<!ENTITY a "b">]><Event>&a;</Event>';
    expect(() => readXml(doctype, () => undefined)).toThrow(FormatError);
  });
});

describe('XML', () => {
  const odd = fc.constantFrom(
    ...['<', '>', '/', '=', '"', "'", ' ', '\n', '&', ';', '&#', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', '<!'],
    ...['<Event>', '</Event>', '<a b="c">', '</a>', '<Data Name="x">', '</Data>', '<a/>', 'x', '\xe9'],
  );

  it('of any bytes is read or refused', () => {
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 30 }), (parts) => {
        try {
          readXml(parts.join(''), () => undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('does not run away', () => {
    for (const part of [
      '<',
      '<a ',
      ' ',
      '<a b="c"',
      ' b="c"',
      '&',
      '&#',
      '<!--',
      '<a>',
      '</a>',
      '<![CDATA[',
      '<a/>',
      '=',
    ]) {
      for (const text of [part.repeat(200_000 / part.length), `<Event${part.repeat(200_000 / part.length)}`]) {
        const run = (): void => {
          try {
            readXml(text, () => undefined);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        };
        expect(duration(run), part).toBeLessThan(1000);
      }
    }
  });
});
