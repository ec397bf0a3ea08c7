namespace OtherThing.Tests.Agent;

/// <summary>Ways of leaving a mess: each a Python program that fills the folder it runs in.</summary>
internal static class Messes
{
    internal static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["1,200 folders deep"] = "for i in range(1200): os.mkdir('d'); os.chdir('d')\nopen('f','w').write('x')",
        ["5,000 folders deep with files on the way"] = "for i in range(5000):\n open('f','w').close(); os.mkdir('long-name-%d'%i); os.chdir('long-name-%d'%i)",
        ["a folder of mode 000"] = "os.mkdir('a'); open('a/f','w').write('x'); os.mkdir('a/b'); os.chmod('a',0)",
        ["mode 000 inside mode 000"] = "os.makedirs('d/'*20); open('d/'*20+'f','w').close()\nfor n in range(20,0,-1): os.chmod('d/'*n,0)",
        ["a folder nobody may write to"] =
            "os.mkdir('a'); [open('a/%d'%i,'w').close() for i in range(50)]; os.mkdir('a/b'); os.chmod('a/b',0o555); os.chmod('a',0o555)",
        ["a folder nobody may enter"] = "os.mkdir('a'); os.mkdir('a/b'); open('a/b/f','w').close(); os.chmod('a',0o666)",
        ["its own folder of mode 000"] = "open('f','w').close(); os.mkdir('d'); os.chmod('.',0)",
        ["30,000 files in one folder"] = "[open('%d'%i,'w').close() for i in range(30000)]",
        ["20,000 folders"] = "for i in range(200):\n os.mkdir('%d'%i)\n for j in range(100): os.mkdir('%d/%d'%(i,j))",
        ["names of 255 bytes"] = "[open(chr(97+i)*255,'w').close() for i in range(26)]; os.mkdir('z'*254); open('z'*254+'/'+'y'*255,'w').close()",
        ["names that are no text"] =
            "[open(bytes([i])*8,'w').close() for i in range(128,256)]; os.mkdir(b'\\xff\\xfe'); os.mkdir(b'\\xff\\xfe/\\xc3\\x28'); "
                + "open(b'\\xff\\xfe/\\xc3\\x28/\\xa0','w').close()",
        ["names with newlines and controls"] = "[open('a'+chr(i)+'b','w').close() for i in range(1,32)]; os.mkdir('\\n'); open('\\n/\\r\\n','w').close()",
        ["names like options and patterns"] =
            "[open(n,'w').close() for n in ['-rf','--','*','?','[a]','~','$HOME','`id`',' ','...','.. ',';','|','\\\\','\"',\"'\"]]",
        ["half characters and right-to-left marks"] = "[open(n,'w').close() for n in ['\\u202egnp','e\\u0301','\\u200b','\\U0001f600'*60]]",
        ["a link to the root"] = "os.symlink('/','root'); os.symlink('/etc','etc'); os.mkdir('d'); os.symlink('../../../../../../..','d/up')",
        ["links in a ring"] = "os.symlink('b','a'); os.symlink('a','b'); os.symlink('.','here'); os.mkdir('d'); os.symlink('..','d/up')",
        ["links to nothing"] = "[os.symlink('/nowhere/%d'%i,'l%d'%i) for i in range(1000)]",
        ["10,000 names of one file"] = "open('f','w').write('x'); [os.link('f','l%d'%i) for i in range(10000)]",
        ["one file in many shut folders"] = "open('f','w').close()\nfor i in range(50): os.mkdir('d%d'%i); os.link('f','d%d/l'%i); os.chmod('d%d'%i,0)",
        ["pipes with names"] = "[os.mkfifo('p%d'%i) for i in range(50)]; os.mkdir('d'); os.mkfifo('d/p')",
        ["sockets with names"] = "s=[socket.socket(socket.AF_UNIX) for i in range(20)]; [x.bind('s%d'%i) for i,x in enumerate(s)]",
        ["a file with a hole of 8 MiB and none of it used"] = "open('f','wb').truncate(8<<20)",
        ["setuid, setgid and sticky marks"] =
            "open('f','w').close(); os.chmod('f',0o6777); os.mkdir('d'); os.chmod('d',0o1000); os.mkdir('e'); open('e/f','w').close(); os.chmod('e',0o3000)",
        ["attributes on everything"] =
            "open('f','w').close(); os.mkdir('d')\nfor n in ('f','d'):\n for i in range(10):\n  try: os.setxattr(n,'user.k%d'%i,b'x'*200)\n  except OSError: "
                + "pass",
        ["files of mode 000"] = "for i in range(500): open('f%d'%i,'w').close(); os.chmod('f%d'%i,0)",
        ["files from another age"] = "open('f','w').close(); os.utime('f',(0,-2**31)); os.mkdir('d'); os.utime('d',(2**33,2**33))",
        ["children that go on writing"] =
            "for i in range(4):\n if os.fork()==0:\n  os.setsid()\n  n=0\n  while True:\n   n+=1; os.makedirs('c%d/%d'%(i,n%100),exist_ok=True); "
                + "open('c%d/%d/%d'%(i,n%100,n%5000),'w').close()\ntime.sleep(0.2)",
        ["children that hold what was deleted"] =
            "open('f','w').write('x'*4096)\nif os.fork()==0:\n os.setsid(); f=open('f'); os.unlink('f'); os.mkdir('g'); os.chdir('g'); os.rmdir('../g'); "
                + "time.sleep(600)\ntime.sleep(0.2)",
        ["a folder that is gone under its feet"] = "os.mkdir('a'); os.mkdir('a/b'); os.chdir('a/b'); os.rename('../../a','../../c'); os.rmdir('../b')",
        ["a tree as wide as deep"] =
            "def grow(p,n):\n os.mkdir(p)\n if n: [grow(p+'/%d'%i,n-1) for i in range(6)]\ngrow('t',5); os.chmod('t/3/3',0); os.chmod('t/4',0o111)",
        ["an end by a signal in the middle of it"] =
            "for i in range(300): os.mkdir('d'); os.chdir('d'); open('f','w').close(); os.chmod('f',0)\nos.kill(os.getpid(),9)",
        ["thousands of files held open"] = "f=[open('f%d'%i,'w') for i in range(900)]; [os.unlink('f%d'%i) for i in range(0,900,2)]; os._exit(0)",
    };

    /// <summary>What leaves a mess that only root can leave: each a shell program.</summary>
    internal static readonly IReadOnlyDictionary<string, string> OfRoot = new Dictionary<string, string>
    {
        ["files that nobody may change"] = "mkdir a && touch a/f f && chattr +i a/f f a || true",
        ["files that only grow"] = "mkdir -p a/b && touch a/b/f && chattr +a a/b/f a/b || true",
    };

    internal static string Program(string mess) => "import os,sys,socket,time\n" + All[mess];
}
