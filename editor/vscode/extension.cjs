/* eslint-disable @typescript-eslint/no-require-imports -- VS Code loads extensions as CommonJS. */
/** The VS Code extension: starts `learn lsp`, and runs the open spec in a terminal. Everything else is the language service. */
const { commands, window, workspace } = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');

let client;

const command = () => workspace.getConfiguration('learn').get('command', 'learn');

exports.activate = async (context) => {
  const run = { command: command(), args: ['lsp'], transport: TransportKind.stdio };
  client = new LanguageClient('learn', 'Learn', { run, debug: run }, { documentSelector: [{ language: 'learn' }] });
  context.subscriptions.push(
    commands.registerCommand('learn.run', async () => {
      const document = window.activeTextEditor?.document;
      if (document?.languageId !== 'learn') return;
      await document.save();
      const terminal = window.createTerminal('learn');
      terminal.show();
      terminal.sendText(`${command()} run ${JSON.stringify(document.fileName)}`);
    }),
  );
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(
      `Learn: \`${command()} lsp\` did not start (${error.message}). Set learn.command to its path.`,
    );
  }
};

exports.deactivate = () => client?.stop();
