// One call with LeanCloud's package for JavaScript.
const AV = require('leancloud-storage');

const [serverURL] = process.argv.slice(2);
AV.init({
  appId: 'hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz',
  appKey: 'kQ7vXy2LmN4pRs6TuWz8aBcD',
  serverURL,
});
AV.Cloud.run('random', {}).then((picture) => console.log(picture.url));
