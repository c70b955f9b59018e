// LeanCloud's package for JavaScript calls functions:
// node leancloud.js http://ADDRESS APP-ID APP-KEY MASTER-KEY
// Prints a line for each thing that holds; fails at the first that does not.
const assert = require('assert/strict');
const AV = require('leancloud-storage');

const [serverURL, appId, appKey, masterKey] = process.argv.slice(2);
AV.init({ appId, appKey, masterKey, serverURL });

// A call that fails, with its code and status.
const fails = async (call, code, status) => {
  const error = await call.then((result) => assert.fail(JSON.stringify(result)), (e) => e);
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.includes(`[${status} `), error.message);
};

const checks = {
  async 'functions give plain records'() {
    const picture = await AV.Cloud.run('random', {});
    assert.ok(picture.url.startsWith('https://'), picture.url);
    assert.equal(picture instanceof AV.Object, false);
    const { count, images } = await AV.Cloud.run('pictures', { count: 3, category: 'animals/cats' });
    assert.equal(count, 3);
    assert.deepEqual(images.map((image) => image.category), Array(3).fill('animals/cats'));
  },

  async 'calls give AV.Objects'() {
    const picture = await AV.Cloud.rpc('random', {});
    assert.ok(picture instanceof AV.Object);
    assert.equal(picture.className, 'Picture');
    assert.ok(picture.get('url').startsWith('https://'));
    const { images } = await AV.Cloud.rpc('pictures', { count: 2, category: 'animals' });
    assert.ok(images.every((image) => image instanceof AV.Object && image.get('width') > 0));
    assert.equal(new Set(images.map((image) => image.get('url'))).size, 2);
  },

  async 'values keep their types there and back'() {
    // The package sends what it has fetched whole, the rest as a pointer.
    const todo = AV.parseJSON({
      __type: 'Object',
      className: 'Todo',
      objectId: '5cc5658443e78cb53fe7b731',
      title: '工程师周会',
    });
    const sent = {
      todo,
      pointer: AV.Object.createWithoutData('Album', '66a1f0c2d4e5b60012ab34cd'),
      since: new Date('2026-07-10T18:39:04.005Z'),
      place: new AV.GeoPoint(39.9, 116.4),
      file: AV.File.withURL('a.webp', 'https://cdn.example.net/a.webp'),
      list: [1, 'zwei', null, true, { deep: new Date(0) }],
    };
    const back = await AV.Cloud.rpc('echo', sent);
    assert.equal(back.todo.className, 'Todo');
    assert.equal(back.todo.get('title'), '工程师周会');
    assert.equal(back.pointer.className, 'Album');
    assert.equal(back.pointer.id, '66a1f0c2d4e5b60012ab34cd');
    assert.deepEqual(back.since, sent.since);
    assert.ok(back.place instanceof AV.GeoPoint);
    assert.deepEqual(back.place.toJSON(), sent.place.toJSON());
    assert.ok(back.file instanceof AV.File);
    assert.equal(back.file.url(), 'https://cdn.example.net/a.webp');
    assert.deepEqual(back.list, sent.list);
    const unsaved = new AV.Object('Post');
    unsaved.set('pubUser', 'LeanCloud 官方客服');
    for (const object of [todo, unsaved]) {
      const whole = await AV.Cloud.rpc('echo', object);
      assert.ok(whole instanceof AV.Object);
      assert.equal(whole.className, object.className);
      assert.deepEqual(whole.attributes, object.attributes);
    }
  },

  async 'setProduction chooses the environment'() {
    const seen = {};
    for (const production of [true, false]) {
      AV.setProduction(production);
      const { environment, pictures } = await AV.Cloud.run('info');
      seen[environment] = pictures;
    }
    AV.setProduction(true);
    assert.deepEqual(Object.keys(seen), ['production', 'stage']);
    assert.notEqual(seen.production, seen.stage);
  },

  async 'the master key and a session are taken'() {
    const master = await AV.Cloud.run('random', {}, { useMasterKey: true });
    assert.ok(master.url);
    const user = await AV.Cloud.run('random', {}, { sessionToken: 'p0o9i8u7y6t5' });
    assert.ok(user.url);
    await fails(AV.Cloud.run('random', {}, { sessionToken: 'x' }), 211, 401);
  },

  async 'failures have codes'() {
    await fails(AV.Cloud.run('none'), 1, 404);
    await fails(AV.Cloud.rpc('random', { category: 'nowhere' }), 404, 404);
    await fails(AV.Cloud.run('pictures', { count: 99 }), 400, 400);
    await fails(AV.Cloud.run('refuses'), 142, 400);
    await fails(AV.Cloud.run('silent'), 124, 503);
    await fails(AV.Cloud.run('dead'), -1, 524);
    AV.applicationKey = 'wrong';
    await fails(AV.Cloud.run('random'), 401, 401);
    AV.applicationKey = appKey;
  },

  async 'two hundred calls at once lose nothing'() {
    const callers = [...Array(200).keys()];
    const back = await Promise.all(callers.map((caller) => AV.Cloud.rpc('echo', { caller })));
    assert.deepEqual(back.map(({ caller }) => caller), callers);
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    await check();
    console.log(`ok ${name}`);
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
