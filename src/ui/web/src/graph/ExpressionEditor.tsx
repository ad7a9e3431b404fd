// The PromQL editor: highlighting, completion through the API, Enter to run, Shift+Enter for a new line.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { useEffect, useRef } from 'react';
import { shell } from '../shell';

const kHighlight = HighlightStyle.define([
  { tag: tags.comment, class: 'pq-comment' },
  { tag: tags.string, class: 'pq-string' },
  { tag: tags.number, class: 'pq-number' },
  { tag: tags.labelName, class: 'pq-label' },
  { tag: tags.function(tags.variableName), class: 'pq-function' },
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], class: 'pq-keyword' },
  { tag: tags.operator, class: 'pq-operator' },
  { tag: tags.variableName, class: 'pq-metric' },
]);

// All editors of the page share one client and its cache of names.
const kCompletion = new PromQLExtension().setComplete({
  remote: { url: shell.prefix, fetchFn: (input, init) => fetch(input, { ...init, credentials: 'same-origin' }) },
});

// Functions the server may offer and the grammar does not know: their queries are left unmarked.
const kExtendedFunctions = /\bx(?:rate|increase|delta)\s*\(/;
const lint = kCompletion.getLinter();
kCompletion.setLinter({
  promQL: () => (view) => (kExtendedFunctions.test(view.state.doc.toString()) ? [] : lint.promQL()(view)),
});

interface Props {
  value: string;
  onChange: (expr: string) => void;
  onRun: () => void;
  label: string;
  autoFocus: boolean;
}

export function ExpressionEditor({ value, onChange, onRun, label, autoFocus }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  // The editor outlives renders; it always calls the newest handlers.
  const handlers = useRef({ onChange, onRun });
  useEffect(() => {
    handlers.current = { onChange, onRun };
  });

  useEffect(() => {
    const run = () => {
      handlers.current.onRun();
      return true;
    };
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          history(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false }),
          syntaxHighlighting(kHighlight),
          EditorView.lineWrapping,
          placeholder('Expression, for example sum by (job) (rate(http_requests_total[5m]))'),
          EditorView.contentAttributes.of({ 'aria-label': label, autocapitalize: 'off', spellcheck: 'false' }),
          kCompletion.asExtension(),
          keymap.of([...closeBracketsKeymap, ...completionKeymap]),
          Prec.high(
            keymap.of([
              { key: 'Shift-Enter', run: insertNewlineAndIndent },
              { key: 'Mod-Enter', run },
            ]),
          ),
          // After the completion list's own Enter, before the one that breaks the line.
          keymap.of([{ key: 'Enter', run }]),
          keymap.of([...historyKeymap, ...lintKeymap, ...defaultKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    if (autoFocus) editor.focus();
    return () => editor.destroy();
    // Built once: later values come through the next effect.
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  return <div className="editor" ref={host} />;
}
