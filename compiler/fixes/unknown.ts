/**
 * An unknown name that stands for something elsewhere in the spec: a parameter of the member, the member of another problem, or a model
 * where a member of it is meant. More is known of it than how it is spelt.
 */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import type { ModelDeclaration } from '../../grammar/tree/declarations.ts';
import type { Over } from '../../grammar/tree/problems.ts';
import type { ParamStatement } from '../../grammar/tree/statements.ts';
import { nodes } from '../../grammar/walk.ts';
import { declarationsOf, problemAround, write } from './site.ts';
import type { Found, Site } from './site.ts';

type Said = Pick<Diagnostic, 'help' | 'meant' | 'notes' | 'fixes'>;

const paramsOf = (d: ModelDeclaration): ParamStatement[] =>
  [...nodes(d.body)].filter((n) => n.kind === 'param') as unknown as ParamStatement[];

const membersOf = (site: Site): readonly Over[] => problemAround(site)?.players.flatMap((p) => p.over) ?? [];

/** `w` in the objective, where the model of a member has a `param w`. */
const parameterOf = (site: Site): Said | undefined => {
  const found = membersOf(site).flatMap(({ name, domain }) => {
    const head = domain.kind === 'index' ? domain.object : domain;
    const model = declarationsOf(site.module, 'model').find((d) => head.kind === 'name' && d.name.text === head.name);
    const param = model && paramsOf(model).find((p) => p.name.text === site.written);
    return name && model && param ? [{ member: name.text, model: model.name.text, param }] : [];
  });
  if (found.length !== 1) return undefined;
  const [{ member, model, param }] = found;
  const own = `${member}.${site.written}`;
  return {
    help: `of the member it is \`${own}\``,
    notes: [{ message: `a parameter of \`${model}\``, span: param.span }],
    fixes: [write(site.span, own)],
  };
};

/** A member that another problem trains: in a function, before it, or of a problem without a name. */
const memberElsewhere = (site: Site): Said | undefined => {
  const over = [...nodes(site.module)].find(
    (n) => 'domain' in n && 'span' in n && (n as unknown as Over).name?.text === site.written,
  ) as unknown as Over | undefined;
  if (!over || problemAround(site)) return undefined;
  const inside = site.around.find(
    (n): n is Found & { name: { text: string } } => n.kind === 'def' || n.kind === 'model',
  );
  const top = site.module.declarations.find((d) => d.span.start <= over.span.start && over.span.end <= d.span.end);
  const name = top?.kind === 'let' && top.pattern.kind === 'name' ? top.pattern.name : undefined;
  const behind = over.span.end <= site.span.start;
  const help = inside
    ? `a function sees what it is given: let \`${site.written}\` be a parameter of \`${inside.name.text}\``
    : !behind
      ? 'move this below the problem'
      : name === undefined
        ? `give the problem a name, \`let fit = minimize ...\`: then it is \`fit.${site.written}\``
        : `it is \`${name}.${site.written}\``;
  return {
    help,
    notes: [{ message: 'a member of this problem', span: over.span }],
    fixes: behind && !inside && name !== undefined ? [write(site.span, `${name}.${site.written}`)] : [],
  };
};

/** `c` where only the model `C` is there. */
const memberOfModel = (site: Site): Said | undefined => {
  const model = declarationsOf(site.module, 'model').find(
    (d) => d.name.text !== site.written && d.name.text.toLowerCase() === site.written.toLowerCase(),
  );
  if (!model || site.written.length > 1) return undefined;
  return {
    help: `\`${model.name.text}\` is a model: a member of it is named in a problem, \`over ${site.written} in ${model.name.text}\``,
    notes: [],
    fixes: [],
  };
};

export const knownElsewhere = (site: Site): Said | undefined =>
  site.diagnostic.notes.length > 0 ? undefined : (parameterOf(site) ?? memberElsewhere(site) ?? memberOfModel(site));
