// Mistakes in the templates of the sample with which it may start, each with the reason why nobody gets what is not
// theirs, and nobody gets it any later. `npm run template-mutants` fails for one that is not here, and for one that is
// here and stops the sample from starting.

const NAMED_BY_CATALOG = 'no other template makes such keys, and writers name this one by its catalog';
const HASHED = 'the query is an argument that the template does not name, so its hash stands at the end all the same';
const WIDER = 'the same values in another order: a writer that lacks the first one drops more, never less';
const UNSHARED = 'the keys count as personal, so nobody who is signed in gets them, and no other template makes them';

export default {
  'admin:blog: without admin': NAMED_BY_CATALOG,
  'admin:blog: without blog': NAMED_BY_CATALOG,
  'admin:blog:list:<<lang>>:<<user_id>>:<<query>>: without list': NAMED_BY_CATALOG,
  'admin:blog:list:<<lang>>:<<user_id>>:<<query>>: without <<query>>': HASHED,
  'admin:blog:list:<<lang>>:<<user_id>>:<<query>>: with <<user_id>> in the place of <<lang>>': WIDER,
  'admin:blog:list:<<lang>>:<<user_id>>:<<query>>: with <<query>> in the place of <<lang>>': WIDER,
  'admin:blog:list:<<lang>>:<<user_id>>:<<query>>: with <<query>> in the place of <<user_id>>': WIDER,
  'personal:blog: without personal': NAMED_BY_CATALOG,
  'personal:blog: without blog': NAMED_BY_CATALOG,
  'personal:blog:profile:<<user_id>>: without profile': NAMED_BY_CATALOG,
  'personal:blog:activity:<<user_id>>:<<lang>>: with <<lang>> in the place of <<user_id>>': WIDER,
  'public:blog: without public': UNSHARED,
  'public:blog: without blog': NAMED_BY_CATALOG,
  'public:blog:list:<<query.category|all>>:<<lang>>:<<query>>: without <<query>>': HASHED,
  'public:blog:list:<<query.category|all>>:<<lang>>:<<query>>: with <<lang>> in the place of <<query.category|all>>':
    WIDER,
  'public:blog:list:<<query.category|all>>:<<lang>>:<<query>>: with <<query>> in the place of <<query.category|all>>':
    WIDER,
  'public:blog:list:<<query.category|all>>:<<lang>>:<<query>>: with <<query>> in the place of <<lang>>': WIDER,
  'public:blog:detail:<<slug>>:<<lang>>: without detail': NAMED_BY_CATALOG,
  'public:blog:detail:<<slug>>:<<lang>>: with <<lang>> in the place of <<slug>>': WIDER,
  'public:blog:related:<<slug>>:<<language>>: without related': NAMED_BY_CATALOG,
  'public:blog:related:<<slug>>:<<language>>: with <<language>> in the place of <<slug>>': WIDER,
  'public:blog:comments:<<slug>>:<<query>>: without comments': NAMED_BY_CATALOG,
  'public:blog:comments:<<slug>>:<<query>>: without <<query>>': HASHED,
  'public:blog:comments:<<slug>>:<<query>>: with <<query>> in the place of <<slug>>': WIDER,
  'public:taxonomy: without public': UNSHARED,
  'public:taxonomy: without taxonomy': NAMED_BY_CATALOG,
};
